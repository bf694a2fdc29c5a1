package io.nomen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.exchange.NpyWriter;
import io.nomen.store.Storage;
import io.nomen.testing.Command;
import io.nomen.testing.Photos;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * with them. {@code -Dnomen.test.rows=10000000} takes more.
 */
@Tag("cluster")
class ManyRowsIT {
  private static final int FEW = 100_000;
  private static final int MANY = Integer.getInteger("nomen.test.rows", 1_000_000);
  private static final int WIDTH = 32;
  private static final int PLACES = 40;
  private static final int NOUNS = 500;
  private static final Storage STORAGE = new Storage(new Configuration());

  @TempDir static Path folder;

  private static LocalCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = new LocalCluster("many-rows", Map.of());
    Files.write(
        folder.resolve("nouns.txt"),
        IntStream.range(0, NOUNS).mapToObj("noun %d"::formatted).toList());
    rows("nouns.npy", NOUNS, 2);
    Command.done(
        "vocabulary",
        "--nouns",
        folder.resolve("nouns.txt"),
        "--nouns-npy",
        folder.resolve("nouns.npy"),
        "--output",
        folder.resolve("nouns"));
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  /** Rows around {@value #PLACES} places; the same places for every {@code seed}. */
  private static void rows(String file, int rows, long seed) {
    SplittableRandom random = new SplittableRandom(1);
    double[] places = random.doubles(PLACES * WIDTH, -1, 1).toArray();
    SplittableRandom noise = new SplittableRandom(seed);
    try (NpyWriter writer =
        new NpyWriter(STORAGE, folder.resolve(file).toUri().toString(), rows, WIDTH)) {
      float[] row = new float[WIDTH];
      for (int i = 0; i < rows; i++) {
        int place = noise.nextInt(PLACES);
        for (int j = 0; j < WIDTH; j++) {
          row[j] = (float) (places[place * WIDTH + j] + 0.3 * (noise.nextDouble() - 0.5));
        }
        writer.write(row);
      }
    }
  }

  /** What lived on the driver's heap after each class of Nomen's had worked, at most. */
  private static long live(String name, String... words) throws IOException {
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
    return lines.stream()
        .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
        .max()
        .orElseThrow();
  }

  private static long clustered(int rows) throws IOException {
    rows(rows + ".npy", rows, 3);
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
    long few = clustered(FEW);
    long many = clustered(MANY);
    assertThat(many).isLessThan(few * 6 / 5);
  }

  /** Pictures of a few pixels, no two alike, in shards. */
  private static Path pictures(int images) throws IOException {
    Path shards = Files.createDirectories(folder.resolve("pictures"));
    byte[] picture = Photos.small(Photos.of(1, 1).get(0));
    for (int shard = 0; shard < images / 10_000; shard++) {
      try (OutputStream out = Files.newOutputStream(shards.resolve("%03d.tar".formatted(shard)));
          TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
        for (int i = 0; i < 10_000; i++) {
          // What follows the end of a JPEG is nobody's, but for its digest.
          byte[] content = (new String(picture, java.nio.charset.StandardCharsets.ISO_8859_1)
                  + (shard * 10_000 + i))
              .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
          TarArchiveEntry entry = new TarArchiveEntry("%07d.jpg".formatted(i));
          entry.setSize(content.length);
          tar.putArchiveEntry(entry);
          tar.write(content);
          tar.closeArchiveEntry();
        }
      }
    }
    return shards;
  }
}
