package io.nomen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.run.RunFolder;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import io.nomen.tensor.Matrix;
import io.nomen.testing.Command;
import io.nomen.testing.RandomRows;
import io.nomen.testing.TableRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What lies at the edge has a defined result or one clear sentence, whatever the method. */
@Tag("slow")
class EdgeCasesTest {
  private static final int WIDTH = 16;
  private static final Matrix PLACES = RandomRows.anywhere(8, WIDTH, 1);
  private static final Storage STORAGE = new Storage(new Configuration());

  @TempDir static Path folder;

  @BeforeAll
  static void embeddings() throws Exception {
    make("five", RandomRows.around(5, PLACES, 0.1, 2));
    make("three", RandomRows.around(3, PLACES, 0.1, 3));
    make("one", RandomRows.around(1, PLACES, 0.1, 4));
    make("equal", PLACES.select(new int[20]));
    make("pairs", PLACES.select(IntStream.range(0, 20).map(i -> i % 2).toArray()));
    make("thirty", RandomRows.around(30, PLACES.select(new int[] {0, 1, 2}), 0.1, 5));
    words("words", 8);
    words("two", 2);
    words("single", 1);
  }

  private static void make(String name, Matrix rows) {
    Path npy = Command.npy(folder.resolve(name + ".npy"), rows);
    Command.done("import", "--npy", npy, "--output", folder.resolve(name));
  }

  private static void words(String name, int count) throws Exception {
    List<String> all =
        List.of("crow", "lizard", "teapot", "violin", "lemon", "canoe", "harp", "bridge");
    Path list = folder.resolve(name + ".txt");
    Files.write(list, all.subList(0, count));
    int[] rows = IntStream.range(0, count).toArray();
    Path npy = Command.npy(folder.resolve(name + "-words.npy"), PLACES.select(rows));
    Command.done(
        "vocabulary",
        "--nouns",
        list,
        "--nouns-npy",
        npy,
        "--output",
        folder.resolve(name + "-nouns"));
  }

  private static Command cluster(String method, String images, int clusters, String nouns) {
    List<Object> words =
        new ArrayList<>(
            List.of(
                "cluster",
                "--embeddings",
                folder.resolve(images),
                "--method",
                method,
                "--epochs",
                "3",
                "--kmeans-restarts",
                "2",
                "--output",
                folder.resolve(String.join("-", method, images, "" + clusters, nouns))));
    if (method.equals("zero-shot")) {
      words.addAll(List.of("--classes", folder.resolve(nouns + "-nouns")));
    } else {
      words.addAll(
          List.of("--clusters", clusters, "--vocabulary", folder.resolve(nouns + "-nouns")));
    }
    return Command.run(words.toArray());
  }

  /** Sizes of a run that ended well: every image has one cluster, and there are pages. */
  private static List<Long> sizes(Command run, int images) {
    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonNode last = run.lastLine();
    RunFolder done = new RunFolder(STORAGE, last.get("output").asText());
    List<Long> sizes =
        done.snapshot().table("clusters").uris().stream()
            .flatMap(uri -> TableRow.read(STORAGE, uri).stream())
            .map(row -> row.longInteger("size"))
            .toList();
    assertThat(sizes).hasSize(last.get("clusters").asInt());
    assertThat(sizes.stream().mapToLong(Long::longValue).sum()).isEqualTo(images);
    assertThat(done.snapshot().table("assignments").totalRows()).isEqualTo(images);
    assertThat(STORAGE.exists(done.uri() + "/gallery/index.html")).isTrue();
    Json.read(STORAGE.readText(done.uri() + "/run.json"), JsonNode.class, "run.json");
    return sizes;
  }

  private static void assertOneSentence(Command run, int exitCode, String sentence) {
    assertThat(run.refusal()).isEqualTo(sentence);
    assertThat(run.exitCode()).isEqualTo(exitCode);
  }

  @ParameterizedTest
  @ValueSource(strings = {"kmeans", "tac-no-train", "tac", "sic", "nomen", "nomen-no-train"})
  void more_clusters_than_images_are_refused(String method) {
    assertOneSentence(
        cluster(method, "five", 7, "words"),
        2,
        "7 clusters are wanted of 5 images; give at most 5.");
  }

  @Test
  void more_classes_than_images_leave_classes_empty() {
    assertThat(sizes(cluster("zero-shot", "five", 8, "words"), 5))
        .containsExactly(1L, 1L, 1L, 1L, 1L, 0L, 0L, 0L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"kmeans", "tac-no-train", "tac", "sic", "nomen", "nomen-no-train"})
  void one_cluster_takes_all_images(String method) {
    assertThat(sizes(cluster(method, "thirty", 1, "words"), 30)).containsExactly(30L);
  }

  @Test
  void one_class_takes_all_images() {
    assertThat(sizes(cluster("zero-shot", "thirty", 1, "single"), 30)).containsExactly(30L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"kmeans", "tac-no-train", "tac", "sic", "nomen", "nomen-no-train", "zero-shot"})
  void three_images_are_clustered(String method) {
    assertThat(sizes(cluster(method, "three", 2, "words"), 3)).hasSizeBetween(1, 8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"kmeans", "tac-no-train", "zero-shot"})
  void a_single_image_is_a_cluster(String method) {
    assertThat(sizes(cluster(method, "one", 1, "words"), 1)).contains(1L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tac", "sic", "nomen", "nomen-no-train"})
  void a_single_image_has_no_neighbours(String method) {
    assertOneSentence(
        cluster(method, "one", 1, "words"),
        3,
        "Neighbours need at least 2 images, but there are 1; add images.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"kmeans", "tac-no-train", "tac", "sic", "nomen", "nomen-no-train"})
  void identical_images_are_one_cluster(String method) {
    assertThat(sizes(cluster(method, "equal", 3, "words"), 20)).containsExactly(20L);
  }

  @Test
  void identical_images_go_to_one_class() {
    assertThat(sizes(cluster("zero-shot", "equal", 8, "words"), 20)).contains(20L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"kmeans", "tac-no-train", "tac", "sic", "nomen", "nomen-no-train"})
  void a_cluster_that_would_be_empty_is_left_out(String method) {
    List<Long> sizes = sizes(cluster(method, "pairs", 3, "words"), 20);
    assertThat(sizes).hasSizeBetween(1, 2).doesNotContain(0L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"kmeans", "tac-no-train", "tac", "sic", "nomen", "nomen-no-train"})
  void fewer_nouns_than_clusters_are_no_obstacle(String method) {
    assertThat(sizes(cluster(method, "thirty", 3, "two"), 30)).hasSizeBetween(1, 3);
  }

  @Test
  void rows_without_a_direction_are_refused_or_left_out_as_asked_for() {
    Matrix rows = RandomRows.around(30, PLACES.select(new int[] {0, 1, 2}), 0.1, 5);
    float[] values = rows.values().clone();
    Arrays.fill(values, 0, WIDTH, 0);
    values[WIDTH] = Float.NaN;
    values[2 * WIDTH] = Float.POSITIVE_INFINITY;
    Path npy = Command.npy(folder.resolve("bad.npy"), new Matrix(30, WIDTH, values));
    Command refused = Command.run("import", "--npy", npy, "--output", folder.resolve("refused"));
    assertThat(refused.exitCode()).isEqualTo(4);
    assertThat(refused.refusal()).contains("3 of 30").doesNotContain("\n");
    Command.done(
        "import", "--npy", npy, "--max-bad-fraction", "0.2", "--output", folder.resolve("without"));
    for (String method :
        List.of("kmeans", "tac-no-train", "tac", "sic", "nomen", "nomen-no-train", "zero-shot")) {
      Command run = cluster(method, "without", 3, "words");
      assertThat(sizes(run, 27)).isNotEmpty();
      assertThat(run.lastLine().at("/counts/bad").asInt()).isEqualTo(3);
    }
  }
}
