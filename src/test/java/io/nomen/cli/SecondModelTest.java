package io.nomen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.run.RunFolder;
import io.nomen.run.TableColumn;
import io.nomen.store.Storage;
import io.nomen.testing.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A SigLIP 2 with a DINOv2 beside it, both small and random, through the command line. */
class SecondModelTest {
  private static final Storage STORAGE = new Storage(new Configuration());

  @TempDir static Path folder;

  private static Path photos;

  @BeforeAll
  static void someSamples() throws IOException {
    photos = Files.createDirectories(folder.resolve("photos"));
    try (Stream<Path> kinds = Files.list(Path.of("samples")).filter(Files::isDirectory)) {
      for (Path kind : kinds.sorted().limit(4).toList()) {
        try (Stream<Path> files = Files.list(kind)) {
          for (Path file : files.sorted().limit(6).toList()) {
            Files.copy(file, photos.resolve(kind.getFileName() + "-" + file.getFileName()));
          }
        }
      }
    }
    Files.writeString(photos.resolve("zz.jpg"), "no picture");
    Files.writeString(folder.resolve("words.txt"), "pizza\ndog\nlamp\nviolin\nship\nface\n");
  }

  private static Path family(String name) throws Exception {
    return Path.of(Command.class.getResource("/io/nomen/clip/families/" + name).toURI());
  }

  private static float[] column(Path run, String column) {
    List<Float> all = new ArrayList<>();
    for (String uri :
        new RunFolder(STORAGE, run.toString()).snapshot().table("embeddings").uris()) {
      for (float value : new TableColumn(STORAGE, uri, column).floats()) {
        all.add(value);
      }
    }
    float[] values = new float[all.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = all.get(i);
    }
    return values;
  }

  private static JsonNode encode(String output, Object... more) throws Exception {
    List<Object> words =
        new ArrayList<>(
            List.of(
                "encode",
                "--input",
                photos,
                "--precision",
                "fp32",
                "--max-bad-fraction",
                "0.5",
                "--output",
                folder.resolve(output)));
    words.addAll(Arrays.asList(more));
    return Command.done(words.toArray()).lastLine();
  }

  @Test
  void both_columns_are_what_each_model_makes_alone() throws Exception {
    JsonNode done =
        encode("both", "--model", family("siglip2"), "--second-model", family("dinov2-registers"));
    assertThat(done.get("second_model").asText()).isEqualTo("dinov2-registers");
    encode("first", "--model", family("siglip2"));
    encode("second", "--model", family("dinov2-registers"));
    float[] first = column(folder.resolve("both"), "embedding");
    assertThat(first).hasSize(24 * 32).isEqualTo(column(folder.resolve("first"), "embedding"));
    assertThat(column(folder.resolve("both"), "second_embedding"))
        .isEqualTo(column(folder.resolve("second"), "embedding"));
    assertThat(
            new TableColumn(
                    STORAGE,
                    new RunFolder(STORAGE, folder.resolve("first").toString())
                        .snapshot()
                        .table("embeddings")
                        .uris()
                        .get(0),
                    "second_embedding")
                .exists())
        .isFalse();
  }

  private static Command turtle(String output, Object... more) throws Exception {
    List<Object> words =
        new ArrayList<>(
            List.of("cluster", "--clusters", "4", "--method", "turtle", "--epochs", "2"));
    words.addAll(List.of("--vocabulary", folder.resolve("words.txt")));
    words.addAll(List.of("--model", family("siglip2"), "--max-bad-fraction", "0.5"));
    words.addAll(List.of("--precision", "fp32", "--output", folder.resolve(output)));
    words.addAll(Arrays.asList(more));
    return Command.done(words.toArray());
  }

  /** The cluster of every image, by its path. */
  private static Map<String, Integer> clusters(String run) {
    Map<String, Integer> clusters = new TreeMap<>();
    for (String uri :
        new RunFolder(STORAGE, folder.resolve(run).toString())
            .snapshot()
            .table("assignments")
            .uris()) {
      List<String> paths = new TableColumn(STORAGE, uri, "path").strings();
      int[] ids = new TableColumn(STORAGE, uri, "cluster").ints();
      for (int row = 0; row < ids.length; row++) {
        clusters.put(paths.get(row), ids[row]);
      }
    }
    return clusters;
  }

  @Test
  void turtle_takes_the_second_column_of_its_own_run_as_it_takes_another_folder() throws Exception {
    encode("turtle-first", "--model", family("siglip2"));
    encode("turtle-second", "--model", family("dinov2"));
    Command dry = turtle("dry", "--input", photos, "--second-model", family("dinov2"), "--dry-run");
    assertThat(dry.out() + dry.err()).contains("families/dinov2 as the second space");
    Command own = turtle("own", "--input", photos, "--second-model", family("dinov2"));
    assertThat(own.err())
        .contains("method turtle takes the second model's embeddings as its second space");
    Command ready = turtle("ready", "--embeddings", folder.resolve("own"));
    assertThat(ready.err()).contains("as its second space");
    turtle(
        "two-folders",
        "--embeddings",
        folder.resolve("turtle-first"),
        "--second-embeddings",
        folder.resolve("turtle-second"));
    turtle("one-space", "--embeddings", folder.resolve("turtle-first"));
    assertThat(clusters("own"))
        .hasSize(24)
        .isEqualTo(clusters("two-folders"))
        .isEqualTo(clusters("ready"))
        .isNotEqualTo(clusters("one-space"));
    // The first model alone gives a new image its cluster.
    Command.done(
        "assign",
        "--run",
        folder.resolve("own"),
        "--input",
        photos,
        "--model",
        family("siglip2"),
        "--precision",
        "fp32",
        "--max-bad-fraction",
        "0.5",
        "--output",
        folder.resolve("assigned"));
    assertThat(clusters("assigned")).isEqualTo(clusters("own"));
  }

  @Test
  void samples_are_clustered_and_named_with_two_models() throws Exception {
    Command done =
        Command.done(
            "cluster",
            "--input",
            photos,
            "--model",
            family("siglip2"),
            "--second-model",
            family("dinov2"),
            "--vocabulary",
            folder.resolve("words.txt"),
            "--clusters",
            "4",
            "--method",
            "tac-no-train",
            "--max-bad-fraction",
            "0.5",
            "--output",
            folder.resolve("run"));
    assertThat(done.err())
        .contains("method tac-no-train works in one space: the second model's embeddings are kept");
    assertThat(new RunFolder(STORAGE, folder.resolve("run").toString()).snapshot().has("clusters"))
        .isTrue();
  }

  @Test
  void a_missing_tokenizer_is_told_before_anything_is_encoded() throws Exception {
    Path wordless = Files.createDirectories(folder.resolve("wordless"));
    for (String file : List.of("config.json", "preprocessor_config.json", "model.safetensors")) {
      Files.copy(family("siglip2").resolve(file), wordless.resolve(file));
    }
    for (String dry : List.of("--dry-run", "--quiet-not-dry")) {
      List<Object> words =
          new ArrayList<>(
              List.of(
                  "cluster",
                  "--input",
                  photos,
                  "--model",
                  wordless,
                  "--clusters",
                  "4",
                  "--output",
                  folder.resolve("none")));
      if (dry.equals("--dry-run")) {
        words.add(dry);
      }
      Command run = Command.run(words.toArray());
      assertThat(run.exitCode()).isEqualTo(3);
      assertThat(run.err()).contains("has no tokenizer.json and no spiece.model");
    }
    Command verify = Command.run("model", "verify", wordless);
    assertThat(verify.exitCode()).isEqualTo(3);
    assertThat(verify.err()).contains("has no tokenizer.json");
    assertThat(folder.resolve("none/images")).doesNotExist();
  }

  @Test
  void a_model_of_images_alone_says_that_it_has_no_words() throws Exception {
    Command run =
        Command.run(
            "cluster",
            "--input",
            photos,
            "--model",
            family("dinov2"),
            "--clusters",
            "4",
            "--output",
            folder.resolve("images-only"));
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("encodes images only", "--second-model");
  }
}
