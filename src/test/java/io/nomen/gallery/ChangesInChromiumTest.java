package io.nomen.gallery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.store.Json;
import io.nomen.tensor.Matrix;
import io.nomen.testing.Command;
import io.nomen.testing.RandomRows;
import io.nomen.testing.TableRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From a run's gallery, by hand, over the saved file and {@code nomen refine} to the next gallery.
 */
class ChangesInChromiumTest {
  private static final int WIDTH = 16;
  private static final List<String> WORDS = List.of("crow", "lizard", "teapot", "violin");

  @TempDir static Path folder;
  private static Chromium chromium;

  @BeforeAll
  static void start() throws IOException {
    chromium = Chromium.orSkip(folder.resolve("profile"));
    Matrix places = RandomRows.anywhere(WORDS.size(), WIDTH, 1);
    Command.imported(folder, RandomRows.around(80, places, 0.1, 2), WORDS, places);
    Command.done(
        "cluster",
        "--embeddings",
        folder.resolve("embeddings"),
        "--method",
        "kmeans",
        "--clusters",
        4,
        "--vocabulary",
        folder.resolve("words"),
        "--output",
        folder.resolve("run"));
  }

  @AfterAll
  static void close() {
    if (chromium != null) {
      chromium.close();
    }
  }

  @BeforeEach
  void window() {
    chromium.window(1200, 1000);
  }

  private static List<TableRow> rows(String run, String table) {
    return TableRow.of(folder.resolve(run), table);
  }

  private static Map<String, Integer> clusters(String run) {
    Map<String, Integer> clusters = new TreeMap<>();
    rows(run, "assignments").forEach(r -> clusters.put(r.string("path"), r.integer("cluster")));
    return clusters;
  }

  private static Map<String, Integer> numbers(String run) {
    Map<String, Integer> numbers = new TreeMap<>();
    rows(run, "clusters").forEach(row -> numbers.put(row.string("name"), row.integer("cluster")));
    return numbers;
  }

  private static void open(String run, String page) {
    chromium.open(folder.resolve(run).resolve("gallery").resolve(page));
    chromium.await("document.getElementById('changes') && nomen.taken.has('map/clusters')");
  }

  private static void nothingWentWrong() {
    assertThat(chromium.complaints()).isEmpty();
  }

  private static String said() {
    return chromium.evaluate("document.querySelector('#changes summary').textContent").asText();
  }

  private static Path save(int file) throws IOException {
    Path downloads = Files.createDirectories(folder.resolve("downloads-" + file));
    chromium.call(
        "Page.setDownloadBehavior",
        Map.of("behavior", "allow", "downloadPath", downloads.toString()));
    chromium.click("#save");
    long end = System.nanoTime() + 30_000_000_000L;
    while (System.nanoTime() < end) {
      try (Stream<Path> files = Files.list(downloads)) {
        Optional<Path> saved = files.filter(f -> f.toString().endsWith(".json")).findFirst();
        if (saved.isPresent()) {
          return saved.get();
        }
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("nothing was saved within 30 s");
  }

  @Test
  void what_is_changed_by_hand_is_saved_obeyed_and_shown() throws IOException {
    Map<String, Integer> numbers = numbers("run");
    final int crow = numbers.get("crow");
    final int lizard = numbers.get("lizard");
    final int teapot = numbers.get("teapot");

    open("run", "clusters/" + crow + ".html");
    chromium.click(".change-form summary");
    chromium.click("#new-name");
    chromium.type("black <birds>");
    chromium.click(".change-form form:nth-of-type(1) button");
    chromium.await("document.querySelector('#changes summary').textContent === '1 change'");
    chromium.evaluate("document.getElementById('merge-with').value = '%d'".formatted(lizard));
    chromium.click(".change-form form:nth-of-type(2) button");
    assertThat(said()).isEqualTo("2 changes");
    nothingWentWrong();

    open("run", "clusters/" + teapot + ".html");
    assertThat(said()).as("kept from page to page").isEqualTo("2 changes");
    chromium.click(".tiles:last-of-type > li:nth-child(1) .not-here");
    assertThat(said()).isEqualTo("3 changes");
    JsonNode gone =
        chromium.evaluate("JSON.parse(document.querySelector('.tiles > li.gone').dataset.path)");
    chromium.click(".change-form summary");
    chromium.click(".change-form form:nth-of-type(3) button");
    assertThat(said()).isEqualTo("4 changes");
    nothingWentWrong();

    Path saved = save(1);
    Command refined =
        Command.run(
            "refine",
            "--run",
            folder.resolve("run"),
            "--changes",
            saved,
            "--output",
            folder.resolve("refined"));
    assertThat(refined.exitCode()).as(refined.err()).isZero();

    Map<String, Integer> before = clusters("run");
    Map<String, Integer> after = clusters("refined");
    assertThat(after.get(gone.asText())).isNotEqualTo(teapot);
    before.forEach(
        (path, cluster) -> {
          if (cluster == crow || cluster == lizard) {
            assertThat(after.get(path)).isEqualTo(crow);
          } else if (cluster != teapot) {
            assertThat(after.get(path)).isEqualTo(cluster);
          }
        });
    assertThat(after.values().stream().distinct()).hasSize(4);

    open("refined", "index.html");
    assertThat(chromium.evaluate("document.getElementById('changes').hidden").asBoolean())
        .as("the next run begins without changes")
        .isTrue();
    assertThat(chromium.evaluate("document.querySelector('main').innerText").asText())
        .contains("black <birds>")
        .doesNotContain("lizard\n20 images");
    nothingWentWrong();
  }

  @Test
  void saved_changes_are_loaded_again_and_nothing_is_lost_to_a_bad_file() throws IOException {
    final int crow = numbers("run").get("crow");
    open("run", "clusters/" + crow + ".html");
    chromium.evaluate("localStorage.clear()");
    open("run", "clusters/" + crow + ".html");
    chromium.evaluate(
        "nomen.changes.add({kind: 'rename', cluster: %d, name: 'rooks'})".formatted(crow));
    chromium.evaluate("nomen.changes.add({kind: 'split', cluster: %d, into: 3})".formatted(crow));
    Path saved = save(2);
    chromium.click("#changes > button:last-of-type");
    chromium.await("document.getElementById('changes').hidden");
    chromium.evaluate("nomen.changes.add({kind: 'split', cluster: %d, into: 3})".formatted(crow));

    load(saved, "Loaded: 1 change");
    assertThat(
            chromium.evaluate("nomen.changes.all().map((change) => change.kind).join()").asText())
        .as("what was there comes first, and what the file has too is there once")
        .isEqualTo("split,rename");

    String whole = Files.readString(saved);
    String run = chromium.evaluate("document.body.dataset.run").asText();
    load(
        file("holiday.json", "{\"a\": 1}"),
        "holiday.json is no file of changes; choose one that a gallery saved.");
    load(
        file("cut.json", whole.substring(0, 90)),
        "cut.json is no file of changes; choose one that a gallery saved.");
    load(
        file("later.json", whole.replace("\"version\": 1", "\"version\": 2")),
        "later.json holds changes in version 2, and this gallery reads version 1.");
    load(
        file("other.json", whole.replace(run, "another")),
        "other.json was saved in the gallery of run another, and this is the gallery of run "
            + run
            + ".");
    load(
        file("odd.json", whole.replace("\"into\": 3", "\"into\": \"many\"")),
        "Change 2 in odd.json cannot be read, so nothing was loaded.");
    assertThat(said()).isEqualTo("2 changes");
    nothingWentWrong();

    Command.done("gallery", "--run", folder.resolve("run"), "--language", "de");
    open("run", "index.html");
    assertThat(chromium.evaluate("document.querySelector('label[for=load]').textContent").asText())
        .isEqualTo("Änderungen laden");
    load(
        folder.resolve("odd.json"),
        "Änderung 2 in odd.json ist nicht lesbar, darum wurde nichts geladen.");
    Command.done("gallery", "--run", folder.resolve("run"), "--language", "en");
  }

  private static Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static void load(Path file, String answer) {
    chromium.choose("#load", file);
    chromium.await(
        "document.querySelector('footer output').textContent === %s".formatted(Json.line(answer)));
  }

  @Test
  void what_a_lasso_selected_belongs_together() throws IOException {
    open("run", "map.html");
    chromium.await("!!nomen.map");
    chromium.evaluate("localStorage.clear()");
    open("run", "map.html");
    chromium.await("!!nomen.map");
    chromium.click(".legend-list .chip");
    chromium.click(".zoom button:nth-of-type(5)");
    chromium.await("!!document.getElementById('together-name')");
    int chosen = chromium.evaluate("nomen.map.chosen.size").asInt();
    assertThat(chosen).isEqualTo(20);
    chromium.click("#together-name");
    chromium.type("all of them");
    chromium.click("#selected form:nth-of-type(1) button");
    chromium.await("nomen.changes.all().length === 1");
    JsonNode change = chromium.evaluate("nomen.changes.all()[0]");
    assertThat(change.get("kind").asText()).isEqualTo("together");
    assertThat(change.get("name").asText()).isEqualTo("all of them");
    assertThat(change.get("paths")).hasSize(20);

    chromium.click("#apart");
    chromium.await("nomen.changes.all().length === 2");
    assertThat(chromium.evaluate("nomen.changes.all()[1].kind").asText()).isEqualTo("apart");
    chromium.click("#changes summary");
    chromium.click("#changes ol li:nth-child(1) button");
    chromium.await("nomen.changes.all().length === 1");
    chromium.click("#changes > button:last-of-type");
    chromium.await("document.getElementById('changes').hidden");
    nothingWentWrong();
  }
}
