package io.nomen.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.clip.TestCheckpoint;
import io.nomen.exchange.NpyWriter;
import io.nomen.store.Storage;
import io.nomen.testing.Command;
import io.nomen.testing.Photos;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A driver of one gigabyte clusters as many rows as there are: what lives on its heap does not grow
 * with them. {@code -Dnomen.test.rows=10000000} and {@code -Dnomen.test.pictures=1000000} take
 * more.
 */
@Tag("cluster")
class ManyRowsIT {
  private static final int FEW = 100_000;
  private static final int MANY = Integer.getInteger("nomen.test.rows", 1_000_000);
  private static final int WIDTH = 32;
  private static final int PLACES = 40;
  private static final int NOUNS = 500;
  private static final int PER_SHARD = 10_000;
  private static final Storage STORAGE = new Storage(new Configuration());

  @TempDir static Path folder;

  private static LocalCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = new LocalCluster("many-rows", Map.of());
    nouns("nouns", WIDTH);
  }

  private static Path nouns(String name, int width) throws Exception {
    Path words =
        Files.write(
            folder.resolve(name + ".txt"),
            IntStream.range(0, NOUNS).mapToObj("noun %d"::formatted).toList());
    rows(name + ".npy", NOUNS, width, 2);
    Path vocabulary = folder.resolve(name);
    Command.done(
        "vocabulary",
        "--nouns",
        words,
        "--nouns-npy",
        folder.resolve(name + ".npy"),
        "--output",
        vocabulary);
    return vocabulary;
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  /** Rows around {@value #PLACES} places; the same places for every {@code seed}. */
  private static void rows(String file, int rows, int width, long seed) {
    SplittableRandom random = new SplittableRandom(1);
    double[] places = random.doubles((long) PLACES * width, -1, 1).toArray();
    SplittableRandom noise = new SplittableRandom(seed);
    try (NpyWriter writer =
        new NpyWriter(STORAGE, folder.resolve(file).toUri().toString(), rows, width)) {
      float[] row = new float[width];
      for (int i = 0; i < rows; i++) {
        int place = noise.nextInt(PLACES);
        for (int j = 0; j < width; j++) {
          row[j] = (float) (places[place * width + j] + 0.3 * (noise.nextDouble() - 0.5));
        }
        writer.write(row);
      }
    }
  }

  /**
   * What lived on the driver's heap.
   *
   * @param typical the median of what it was after each class of Nomen's had worked: one of them
   *     may be in the middle of something
   * @param last when all was done
   */
  private record Heap(long typical, long last) {}

  private static Heap live(String name, String... words) throws IOException {
    Path heap = cluster.folder().resolve(name + ".heap");
    Map<String, String> settings =
        Map.of(
            "spark.extraListeners",
            JobLog.class.getName() + "," + LiveHeap.class.getName(),
            LiveHeap.FILE,
            heap.toString());
    try (Submission job = cluster.submit(settings, words)) {
      assertThat(job.driver().exitCode(60)).as(job.driver().lastWords()).isZero();
    }
    List<String> lines = Files.readAllLines(heap);
    System.out.printf("%s: %s%n", name, lines);
    long[] bytes =
        lines.stream()
            .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
            .toArray();
    return new Heap(
        Arrays.stream(bytes).sorted().toArray()[bytes.length / 2], bytes[bytes.length - 1]);
  }

  private static Heap clustered(int rows) throws IOException {
    rows(rows + ".npy", rows, WIDTH, 3);
    Command.done(
        "import", "--npy", folder.resolve(rows + ".npy"), "--output", folder.resolve("in-" + rows));
    Files.delete(folder.resolve(rows + ".npy"));
    return live(
        "rows-" + rows,
        "cluster",
        "--embeddings",
        folder.resolve("in-" + rows).toString(),
        "--vocabulary",
        folder.resolve("nouns").toString(),
        "--method",
        "tac-no-train",
        "--clusters",
        "20",
        "--semantic-centres",
        "60",
        "--kmeans-restarts",
        "2",
        "--duplicate-cosine",
        "off",
        "--output",
        folder.resolve("run-" + rows).toString());
  }

  @Test
  void ten_times_as_many_rows_live_in_the_same_heap_of_the_driver() throws Exception {
    Heap few = clustered(FEW);
    Heap many = clustered(MANY);
    assertThat(many.typical()).isLessThan(few.typical() * 6 / 5);
    assertThat(many.last()).isLessThan(few.last() * 6 / 5);
  }

  /** Pictures of a few pixels in shards; all files differ but for one in a hundred. */
  private static Path pictures(int images) throws IOException {
    Path shards = Files.createDirectories(folder.resolve("pictures"));
    byte[] picture = Photos.small(Photos.of(1, 1).get(0));
    for (int shard = 0; shard * PER_SHARD < images; shard++) {
      try (OutputStream out = Files.newOutputStream(shards.resolve("%04d.tar".formatted(shard)));
          TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
        for (int i = 0; i < PER_SHARD; i++) {
          // What follows the end of a JPEG changes its digest and nothing else.
          byte[] after = Integer.toString(i % 100 == 0 ? 0 : shard * PER_SHARD + i).getBytes(UTF_8);
          TarArchiveEntry entry = new TarArchiveEntry("%07d.jpg".formatted(i));
          entry.setSize(picture.length + after.length);
          tar.putArchiveEntry(entry);
          tar.write(picture);
          tar.write(after);
          tar.closeArchiveEntry();
        }
      }
    }
    return shards;
  }

  @Test
  void listed_pictures_with_digests_need_no_more_than_a_driver_of_one_gigabyte() throws Exception {
    int images = Integer.getInteger("nomen.test.pictures", 100_000);
    live(
        "pictures-" + images,
        "cluster",
        "--input",
        pictures(images).toString(),
        "--model",
        TestCheckpoint.write(folder.resolve("clip")).toString(),
        "--vocabulary",
        nouns("words", TestCheckpoint.WIDTH).toString(),
        "--method",
        "kmeans",
        "--clusters",
        "2",
        "--kmeans-restarts",
        "1",
        "--duplicate-cosine",
        "off",
        "--output",
        folder.resolve("run-pictures").toString());
    assertThat(folder.resolve("run-pictures/gallery/duplicates.html"))
        .content()
        .contains("equal images");
  }
}
