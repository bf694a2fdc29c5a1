package io.nomen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.tensor.Matrix;
import io.nomen.testing.Command;
import io.nomen.testing.RandomRows;
import io.nomen.testing.TableRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code nomen cluster --layers}, from embeddings of twelve things that are six kinds of three. */
class LayersTest {
  private static final int WIDTH = 24;

  @TempDir static Path folder;

  @BeforeAll
  static void cluster() throws Exception {
    Matrix kinds = RandomRows.around(6, RandomRows.anywhere(3, WIDTH, 1), 0.15, 2);
    Matrix things = RandomRows.around(12, kinds, 0.1, 3);
    Command.imported(
        folder,
        RandomRows.around(240, things, 0.01, 4),
        List.of(
            "crow", "lizard", "teapot", "violin", "boat", "cactus", "drum", "fork", "hat", "kite",
            "lamp", "shoe"),
        things);
    Command.done(
        "cluster",
        "--embeddings",
        folder.resolve("embeddings"),
        "--method",
        "kmeans",
        "--clusters",
        6,
        "--layers",
        "3,12",
        "--vocabulary",
        folder.resolve("words"),
        "--output",
        folder.resolve("run"));
  }

  private static List<TableRow> rows(String table) {
    return TableRow.of(folder.resolve("run"), table);
  }

  @Test
  void the_tables_hold_a_tree_of_three_six_and_twelve() {
    List<TableRow> layers = rows("layers");
    Map<Integer, Integer> counts = new HashMap<>();
    layers.forEach(row -> counts.merge(row.integer("layer"), 1, Integer::sum));
    assertThat(counts).isEqualTo(Map.of(0, 3, 1, 6, 2, 12));
    assertThat(
            layers.stream()
                .filter(row -> row.integer("layer") == 0)
                .mapToLong(r -> r.longInteger("size"))
                .sum())
        .isEqualTo(240);
    assertThat(rows("layer_assignments")).hasSize(240);
  }

  @Test
  void the_finest_clusters_are_called_by_their_own_words() {
    assertThat(rows("layers").stream().filter(row -> row.integer("layer") == 2))
        .extracting(row -> row.string("name"))
        .contains("crow", "teapot", "shoe");
  }

  @Test
  void the_gallery_leads_up_and_down() throws Exception {
    String page = Files.readString(folder.resolve("run/gallery/layers.html"));
    assertThat(page).contains("The same images in 3, 6 and 12 clusters");
    assertThat(Files.readString(folder.resolve("run/gallery/clusters/0.html")))
        .contains("Part of: ")
        .contains("Made of: ");
  }

  @Test
  void the_csv_has_the_layers() throws Exception {
    Command.done("export", "--run", folder.resolve("run"), "--csv", folder.resolve("layers.csv"));
    List<String> lines = Files.readAllLines(folder.resolve("layers.csv"));
    assertThat(lines.get(0))
        .isEqualTo(
            "path,cluster,name,confidence,layer_0,layer_0_name,layer_1,layer_1_name,layer_2,layer_2_name");
    assertThat(lines).hasSize(241);
  }

  @Test
  void questions_and_a_comparison_are_pages_on_request() throws Exception {
    Command.done(
        "gallery",
        "--run",
        folder.resolve("run"),
        "--questions",
        7,
        "--compare",
        folder.resolve("run"));
    String questions = Files.readString(folder.resolve("run/gallery/questions.html"));
    assertThat(questions.split("data-question=", -1)).hasSize(8);
    assertThat(Files.readString(folder.resolve("run/gallery/comparison.html")))
        .contains("Of 240 images in both runs 240 are where they were and 0 moved.")
        .contains("6 clusters are the same in name and images.");
  }
}
