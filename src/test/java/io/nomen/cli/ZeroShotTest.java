package io.nomen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.store.Json;
import io.nomen.tensor.Matrix;
import io.nomen.testing.Command;
import io.nomen.testing.RandomRows;
import io.nomen.testing.TableRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --method zero-shot} through the command line, over ready embeddings and over images. */
class ZeroShotTest {
  private static final int WIDTH = 16;

  @TempDir static Path folder;

  @BeforeAll
  static void embeddings() throws Exception {
    Matrix places = RandomRows.anywhere(4, WIDTH, 1);
    Matrix images = RandomRows.around(60, places.select(new int[] {0, 1, 2}), 0.1, 2);
    Files.writeString(folder.resolve("classes.txt"), "violin\nteapot\ncrow\nlizard\n");
    Command.imported(folder, images, List.of("Crow", "lizard", "teapot", "violin"), places);
  }

  private static Command zeroShot(String output, Object... more) {
    List<Object> words =
        new ArrayList<>(
            List.of(
                "cluster",
                "--embeddings",
                folder.resolve("embeddings"),
                "--method",
                "zero-shot",
                "--output",
                folder.resolve(output)));
    words.addAll(List.of(more));
    return Command.run(words.toArray());
  }

  private static List<TableRow> rows(String run, String table) {
    return TableRow.of(folder.resolve(run), table);
  }

  @Test
  void images_go_to_the_nearest_class_and_classes_keep_their_order() throws Exception {
    Command run =
        zeroShot(
            "found",
            "--classes",
            folder.resolve("classes.txt"),
            "--vocabulary",
            folder.resolve("words"));
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(rows("found", "clusters"))
        .extracting(row -> row.string("name"))
        .containsExactly("violin", "teapot", "Crow", "lizard");
    assertThat(rows("found", "clusters"))
        .extracting(row -> row.longInteger("size"))
        .containsExactly(0L, 20L, 20L, 20L);
    assertThat(rows("found", "assignments").subList(0, 4))
        .extracting(row -> row.integer("cluster"))
        .containsExactly(2, 3, 1, 2);
    JsonNode record =
        Json.read(
            Files.readString(folder.resolve("found/run.json")), JsonNode.class, "the run's record");
    assertThat(record.at("/method/empty_classes").get(0).asText()).isEqualTo("violin");
    assertThat(Files.readString(folder.resolve("found/gallery/index.html"))).contains("teapot");
  }

  @Test
  void a_folder_of_class_embeddings_serves_as_the_classes_and_new_images_find_them() {
    Command run = zeroShot("folder", "--classes", folder.resolve("words"));
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.lastLine().get("clusters").asInt()).isEqualTo(4);
    Command.done(
        "assign",
        "--run",
        folder.resolve("folder"),
        "--embeddings",
        folder.resolve("embeddings"),
        "--output",
        folder.resolve("assigned"));
    assertThat(rows("assigned", "assignments"))
        .extracting(row -> row.string("path") + row.integer("cluster") + row.number("confidence"))
        .isEqualTo(
            rows("folder", "assignments").stream()
                .map(row -> row.string("path") + row.integer("cluster") + row.number("confidence"))
                .toList());
    assertThat(rows("assigned", "clusters"))
        .extracting(row -> row.string("name"))
        .containsExactly("Crow", "lizard", "teapot", "violin");
  }

  @Test
  void a_class_without_an_embedding_is_one_sentence_that_names_it() throws Exception {
    Path file = folder.resolve("unknown.txt");
    Files.writeString(file, "crow\nzebra\n");
    Command run = zeroShot("unknown", "--classes", file, "--vocabulary", folder.resolve("words"));
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.refusal())
        .startsWith("1 of the 2 classes in")
        .contains("(zebra)")
        .doesNotContain("\n");
  }

  @Test
  void two_classes_of_one_name_are_refused() throws Exception {
    Path file = folder.resolve("twice.txt");
    Files.writeString(file, "crow\nlizard\nCrow\n");
    Command run = zeroShot("twice", "--classes", file, "--vocabulary", folder.resolve("words"));
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.refusal()).contains("names 1 of its classes more than once");
  }

  @Test
  void options_that_contradict_the_classes_are_refused() {
    assertThat(zeroShot("no").refusal()).contains("--method zero-shot and --classes FILE go");
    Command five = zeroShot("five", "--classes", folder.resolve("words"), "--clusters", "5");
    assertThat(five.exitCode()).isEqualTo(2);
    assertThat(five.refusal()).contains("--clusters is 5, but").contains("names 4 classes");
  }

  @Test
  void the_bundled_model_tells_photographs_by_their_names() throws Exception {
    Files.writeString(folder.resolve("things.txt"), "pizza\nsunflower\nmotorbike\n");
    Path photos = Files.createDirectories(folder.resolve("photos"));
    for (String thing : List.of("pizza", "sunflower", "motorbike")) {
      try (var files = Files.list(Path.of("samples", thing))) {
        for (Path file : files.sorted().limit(6).toList()) {
          Path to = Files.createDirectories(photos.resolve(thing)).resolve(file.getFileName());
          Files.copy(file, to);
        }
      }
    }
    Command run =
        Command.done(
            "cluster",
            "--input",
            photos,
            "--method",
            "zero-shot",
            "--classes",
            folder.resolve("things.txt"),
            "--output",
            folder.resolve("things"));
    assertThat(run.lastLine().get("clusters").asInt()).isEqualTo(3);
    Command scores =
        Command.done("evaluate", "--run", folder.resolve("things"), "--labels", "folder");
    assertThat(scores.lastLine().get("acc").asDouble()).isGreaterThan(80);
  }
}
