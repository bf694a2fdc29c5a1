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
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --method sic} through the command line on planted embeddings. */
class SicCommandTest {
  private static final int WIDTH = 16;
  private static final List<String> WORDS =
      List.of("crow", "lizard", "teapot", "violin", "lemon", "canoe");

  @TempDir static Path folder;

  @BeforeAll
  static void embeddings() throws Exception {
    Matrix places = RandomRows.anywhere(6, WIDTH, 1);
    Matrix images = RandomRows.around(90, places.select(new int[] {0, 1, 2}), 0.1, 2);
    Command.imported(
        folder,
        images,
        IntStream.range(0, 120)
            .mapToObj(i -> i < 6 ? WORDS.get(i) : WORDS.get(i % 6) + " kind " + i / 6)
            .toList(),
        RandomRows.around(120, places, 0.1, 3));
  }

  private static JsonNode run(String mapping) throws Exception {
    Path run = folder.resolve(mapping);
    Command.done(
        "cluster",
        "--embeddings",
        folder.resolve("embeddings"),
        "--vocabulary",
        folder.resolve("words"),
        "--method",
        "sic",
        "--mapping",
        mapping,
        "--clusters",
        "3",
        "--epochs",
        "4",
        "--kmeans-restarts",
        "2",
        "--output",
        run);
    return Json.read(Files.readString(run.resolve("run.json")), JsonNode.class, "the record");
  }

  private static List<TableRow> clusters(String run) {
    return TableRow.of(folder.resolve(run), "clusters");
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "center", "adjusted"})
  void every_mapping_finds_planted_clusters_and_says_which_nouns_made_them(String mapping)
      throws Exception {
    JsonNode record = run(mapping);
    assertThat(record.at("/method/mapping").asText()).isEqualTo(mapping);
    List<TableRow> clusters = clusters(mapping);
    assertThat(clusters).extracting(row -> row.longInteger("size")).containsExactly(30L, 30L, 30L);
    for (int cluster = 0; cluster < 3; cluster++) {
      String word = WORDS.get(cluster);
      assertThat(clusters.get(cluster).strings("centre_nouns").get(0)).startsWith(word);
      assertThat(clusters.get(cluster).string("name")).startsWith(word);
    }
  }

  @Test
  void the_three_quantities_of_the_risk_bound_stand_in_every_epoch_and_on_the_facts_page()
      throws Exception {
    JsonNode method = run("adjusted").get("method");
    assertThat(method.get("epochs")).hasSize(4);
    for (JsonNode epoch : method.get("epochs")) {
      JsonNode terms = epoch.get("terms");
      assertThat(terms.get("neighbour_consistency").asDouble()).isBetween(0.3, 1.0);
      assertThat(terms.get("confidence").asDouble()).isBetween(0.3, 1.0);
      assertThat(terms.get("neighbourhood_imbalance").asDouble()).isBetween(1.0, 10.0);
    }
    JsonNode last = method.at("/epochs/3/terms");
    assertThat(method.at("/risk_bound/confidence")).isEqualTo(last.get("confidence"));
    String facts = Files.readString(folder.resolve("adjusted/gallery/run.html"));
    assertThat(facts)
        .contains("risk bound: neighbour consistency")
        .contains("risk bound: confidence")
        .contains("risk bound: neighbourhood imbalance");
    String cluster = Files.readString(folder.resolve("adjusted/gallery/clusters/0.html"));
    assertThat(cluster).contains("Nouns that made this centre").contains("crow kind");
  }

  @Test
  void assigned_images_keep_the_nouns_that_made_their_clusters() throws Exception {
    run("center");
    Command.done(
        "assign",
        "--run",
        folder.resolve("center"),
        "--embeddings",
        folder.resolve("embeddings"),
        "--output",
        folder.resolve("assigned"));
    assertThat(clusters("assigned"))
        .extracting(row -> row.strings("centre_nouns"))
        .isEqualTo(clusters("center").stream().map(row -> row.strings("centre_nouns")).toList());
  }

  @Test
  void an_unknown_mapping_is_refused() {
    Command command =
        Command.run("cluster", "--input", "samples", "--clusters", "3", "--mapping", "nearest");
    assertThat(command.exitCode()).isEqualTo(2);
    assertThat(command.refusal()).contains("--mapping is \"nearest\"; give direct, center");
  }
}
