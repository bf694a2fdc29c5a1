package io.nomen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.refine.Changes;
import io.nomen.refine.Changes.Change;
import io.nomen.run.RunFolder;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import io.nomen.tensor.Matrix;
import io.nomen.testing.Command;
import io.nomen.testing.RandomRows;
import io.nomen.testing.TableRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code nomen refine} over ready embeddings: six things, twenty images of each. */
class RefineTest {
  private static final int WIDTH = 16;
  private static final Storage STORAGE = new Storage(new Configuration());
  private static final List<String> WORDS =
      List.of("crow", "automobile", "teapot", "violin", "boat", "cactus");

  @TempDir static Path folder;

  /** Cluster of each image, and each cluster's name, in the run that is changed. */
  private static Map<String, Integer> before;

  private static Map<Integer, String> names;

  @BeforeAll
  static void cluster() throws Exception {
    Matrix places = RandomRows.anywhere(WORDS.size(), WIDTH, 1);
    Command.imported(folder, RandomRows.around(120, places, 0.1, 2), WORDS, places);
    Command.done(
        "cluster",
        "--embeddings",
        folder.resolve("embeddings"),
        "--method",
        "kmeans",
        "--clusters",
        6,
        "--vocabulary",
        folder.resolve("words"),
        "--output",
        folder.resolve("run"));
    before = clusters("run");
    names = names("run");
    assertThat(names.values()).containsExactlyInAnyOrderElementsOf(WORDS);
  }

  private static List<TableRow> rows(String run, String table) {
    return TableRow.of(folder.resolve(run), table);
  }

  private static Map<String, Integer> clusters(String run) {
    Map<String, Integer> clusters = new TreeMap<>();
    rows(run, "assignments")
        .forEach(row -> clusters.put(row.string("path"), row.integer("cluster")));
    return clusters;
  }

  private static Map<Integer, String> names(String run) {
    Map<Integer, String> names = new TreeMap<>();
    rows(run, "clusters").forEach(row -> names.put(row.integer("cluster"), row.string("name")));
    return names;
  }

  private static int number(String name) {
    return names.entrySet().stream()
        .filter(entry -> entry.getValue().equals(name))
        .findFirst()
        .orElseThrow()
        .getKey();
  }

  private static List<String> images(String name) {
    return before.entrySet().stream()
        .filter(entry -> entry.getValue() == number(name))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static Command refine(String run, String output, Change... changes) throws Exception {
    String id = new RunFolder(STORAGE, folder.resolve(run).toString()).snapshot().run();
    return refine(
        run,
        output,
        Json.pretty(new Changes(Changes.FORMAT, Changes.VERSION, id, List.of(changes))));
  }

  private static Command refine(String run, String output, String changes) throws Exception {
    Path file = Files.writeString(folder.resolve(output + ".json"), changes);
    return Command.run(
        "refine",
        "--run",
        folder.resolve(run),
        "--changes",
        file,
        "--output",
        folder.resolve(output));
  }

  private static void requireDone(Command command) {
    assertThat(command.exitCode()).as(command.err()).isZero();
  }

  @Test
  void what_nobody_spoke_of_stays_as_it_is() throws Exception {
    requireDone(refine("run", "renamed", new Changes.Rename(number("crow"), "ravens & rooks")));

    assertThat(clusters("renamed")).isEqualTo(before);
    Map<Integer, String> expected = new TreeMap<>(names);
    expected.put(number("crow"), "ravens & rooks");
    assertThat(names("renamed")).isEqualTo(expected);
    assertThat(rows("renamed", "assignments").get(7).string("path"))
        .isEqualTo(rows("run", "assignments").get(7).string("path"));
    assertThat(Files.readString(folder.resolve("renamed/gallery/index.html")))
        .contains("ravens &amp; rooks");
  }

  @Test
  void merged_clusters_are_one_under_the_first_name_and_a_split_finds_the_two_again()
      throws Exception {
    int crow = number("crow");
    int lizard = number("automobile");
    requireDone(refine("run", "merged", new Changes.Merge(List.of(crow, lizard))));

    Map<String, Integer> merged = new TreeMap<>(before);
    merged.replaceAll((path, cluster) -> cluster == lizard ? crow : cluster);
    assertThat(clusters("merged")).isEqualTo(merged);
    assertThat(names("merged")).hasSize(5).doesNotContainKey(lizard).containsEntry(crow, "crow");

    requireDone(refine("merged", "split", new Changes.Split(crow, 2)));
    Map<String, Integer> split = clusters("split");
    Map<Integer, String> after = names("split");
    assertThat(after).hasSize(6).containsEntry(crow, "crow");
    assertThat(after.values()).containsExactlyInAnyOrderElementsOf(WORDS);
    before.forEach(
        (path, cluster) ->
            assertThat(after.get(split.get(path))).as(path).isEqualTo(names.get(cluster)));
    assertThat(after.keySet())
        .as("a number that was another's is not used again")
        .doesNotContain(lizard);
  }

  @Test
  void what_new_images_were_given_is_refined_and_given_on_like_any_run() throws Exception {
    Path given = folder.resolve("given");
    Command.done(
        "assign",
        "--run",
        folder.resolve("run"),
        "--embeddings",
        folder.resolve("embeddings"),
        "--output",
        given);
    int crow = number("crow");
    requireDone(
        refine(
            "given",
            "given-refined",
            new Changes.Rename(crow, "rooks"),
            new Changes.Split(number("boat"), 2)));
    assertThat(names("given-refined")).hasSize(7).containsEntry(crow, "rooks");
    Path again = folder.resolve("given-again");
    Command.done(
        "assign",
        "--run",
        folder.resolve("given-refined"),
        "--embeddings",
        folder.resolve("embeddings"),
        "--output",
        again);
    assertThat(names("given-again")).containsEntry(crow, "rooks");
  }

  @Test
  void an_image_that_does_not_belong_goes_to_its_second_best_cluster() throws Exception {
    Map<String, Integer> second = new HashMap<>();
    rows("run", "assignments")
        .forEach(row -> second.put(row.string("path"), row.integer("runner_up")));
    String path = images("boat").get(3);
    requireDone(refine("run", "apart", new Changes.Apart(number("boat"), List.of(path))));

    Map<String, Integer> expected = new TreeMap<>(before);
    expected.put(path, second.get(path));
    assertThat(clusters("apart")).isEqualTo(expected);
  }

  @Test
  void an_image_that_both_its_clusters_are_refused_for_goes_elsewhere() throws Exception {
    String path = images("boat").get(3);
    int second =
        rows("run", "assignments").stream()
            .filter(row -> row.string("path").equals(path))
            .findFirst()
            .orElseThrow()
            .integer("runner_up");
    requireDone(
        refine(
            "run",
            "refused",
            new Changes.Apart(second, List.of(path)),
            new Changes.Apart(number("boat"), List.of(path))));
    assertThat(clusters("refused").get(path)).isNotIn(second, number("boat"));
  }

  @Test
  void the_like_of_what_belongs_together_follow_and_the_others_stay() throws Exception {
    int crow = number("crow");
    requireDone(refine("run", "mixed", new Changes.Merge(List.of(crow, number("automobile")))));
    List<String> lizards = images("automobile");
    requireDone(
        refine(
            "mixed",
            "together",
            new Changes.Together(lizards.subList(0, 2), Optional.of("lizards"))));

    Map<String, Integer> after = clusters("together");
    int group = after.get(lizards.get(0));
    assertThat(names("together")).containsEntry(group, "lizards").containsEntry(crow, "crow");
    List<String> members =
        after.entrySet().stream()
            .filter(entry -> entry.getValue() == group)
            .map(Map.Entry::getKey)
            .toList();
    assertThat(members).hasSizeGreaterThanOrEqualTo(12);
    assertThat(lizards).containsAll(members);
  }

  @Test
  void new_images_go_to_the_refined_clusters() throws Exception {
    int crow = number("crow");
    int boat = number("boat");
    requireDone(
        refine(
            "run",
            "model",
            new Changes.Merge(List.of(crow, number("automobile"))),
            new Changes.Rename(crow, "animals"),
            new Changes.Together(images("boat").subList(0, 12), Optional.of("ships"))));
    Command.done(
        "assign",
        "--run",
        folder.resolve("model"),
        "--embeddings",
        folder.resolve("embeddings"),
        "--output",
        folder.resolve("assigned"));
    Map<String, Integer> assigned = clusters("assigned");
    assertThat(images("automobile"))
        .allSatisfy(path -> assertThat(assigned.get(path)).isEqualTo(crow));
    assertThat(images("teapot"))
        .allSatisfy(path -> assertThat(assigned.get(path)).isEqualTo(number("teapot")));
    int ships = clusters("model").get(images("boat").get(0));
    assertThat(images("boat")).allSatisfy(path -> assertThat(assigned.get(path)).isIn(boat, ships));
    assertThat(names("assigned")).containsEntry(crow, "animals").containsEntry(ships, "ships");
  }

  @Test
  void the_same_command_again_finds_what_is_done() throws Exception {
    Change change = new Changes.Rename(number("violin"), "fiddle");
    requireDone(refine("run", "twice", change));
    Command again = refine("run", "twice", change);
    requireDone(again);
    assertThat(again.err()).contains("done before");
  }

  @Test
  void pages_speak_the_language_of_the_run_that_they_go_on_from() throws Exception {
    Object[] cluster = {
      "cluster",
      "--embeddings",
      folder.resolve("embeddings"),
      "--method",
      "kmeans",
      "--clusters",
      6,
      "--vocabulary",
      folder.resolve("words"),
      "--output",
      folder.resolve("german")
    };
    Object[] german = Arrays.copyOf(cluster, cluster.length + 4);
    System.arraycopy(
        new Object[] {"--language", "de", "--questions", 5}, 0, german, cluster.length, 4);
    Command.done(german);
    assertThat(index("german")).contains("lang=\"de\"").contains("Namen");
    assertThat(folder.resolve("german/gallery/questions.html")).exists();

    Command.done(cluster);
    assertThat(index("german")).as("the same again").contains("lang=\"de\"");
    assertThat(folder.resolve("german/gallery/questions.html")).exists();

    requireDone(refine("german", "refined-german", new Changes.Rename(number("crow"), "Krähe")));
    assertThat(index("refined-german")).contains("lang=\"de\"").contains("Krähe");
    Command.done(
        "assign",
        "--run",
        folder.resolve("refined-german"),
        "--embeddings",
        folder.resolve("embeddings"),
        "--output",
        folder.resolve("assigned-german"));
    assertThat(index("assigned-german")).contains("lang=\"de\"");

    Command.done("gallery", "--run", folder.resolve("german"));
    assertThat(index("german")).contains("lang=\"de\"");
    Command.done("gallery", "--run", folder.resolve("german"), "--language", "en");
    assertThat(index("german")).contains("lang=\"en\"");
    Command.done(german);
    assertThat(index("german")).as("asked for again").contains("lang=\"de\"");

    german[cluster.length + 1] = "fr";
    Command refused = Command.run(german);
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.refusal()).contains("--language is \"fr\"; give en or de.");
  }

  private static String index(String run) throws Exception {
    return Files.readString(folder.resolve(run).resolve("gallery/index.html"));
  }

  @Test
  void all_that_cannot_be_obeyed_is_said_at_once() throws Exception {
    Command command =
        refine(
            "run",
            "wrong",
            new Changes.Rename(77, "nothing"),
            new Changes.Apart(0, List.of("no such image")),
            new Changes.Split(0, 1));
    assertThat(command.exitCode()).isEqualTo(3);
    assertThat(command.refusal())
        .contains("change 1 names cluster 77, which is not there")
        .contains("change 2 names 1 images that the run has not, for example no such image")
        .contains("change 3 cuts into 1; give 2 to 20");
    assertThat(folder.resolve("wrong/_CURRENT")).doesNotExist();
  }

  @Test
  void changes_of_another_run_and_files_of_another_kind_are_refused() throws Exception {
    Command other =
        refine(
            "run",
            "other",
            Json.pretty(new Changes(Changes.FORMAT, Changes.VERSION, "yesterday", List.of())));
    assertThat(other.exitCode()).isEqualTo(3);
    assertThat(other.refusal()).contains("gallery of run yesterday");
    assertThat(refine("run", "other", "{\"a\": 1}").refusal()).contains("is no file of changes");
    assertThat(refine("run", "other", "{").exitCode()).isEqualTo(3);
  }

  @Test
  void sizes_and_counts_are_those_of_the_new_clusters() throws Exception {
    requireDone(
        refine("run", "sizes", new Changes.Merge(List.of(number("boat"), number("cactus")))));
    Map<Integer, Long> counted =
        clusters("sizes").values().stream()
            .collect(Collectors.groupingBy(c -> c, TreeMap::new, Collectors.counting()));
    Map<Integer, Long> told = new TreeMap<>();
    rows("sizes", "clusters").forEach(r -> told.put(r.integer("cluster"), r.longInteger("size")));
    assertThat(told).isEqualTo(counted);
  }
}
