package io.nomen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.evaluate.ClusterTransitions;
import io.nomen.run.ClusterRow;
import io.nomen.run.RunFolder;
import io.nomen.run.Snapshot;
import io.nomen.store.Storage;
import io.nomen.tensor.Matrix;
import io.nomen.testing.Command;
import io.nomen.testing.RandomRows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weeks of images, each clustered with the run of the week before as {@code --previous}. */
class PreviousRunTest {
  private static final Storage STORAGE = new Storage(new Configuration());
  private static final int WIDTH = 16;
  private static final int EACH = 10;
  private static final Matrix PLACES = RandomRows.anywhere(6, WIDTH, 7);

  @TempDir Path folder;

  /** Images around {@code places} of {@link #PLACES}, called by their place and number. */
  private Path embeddings(String week, int... places) throws Exception {
    float[] values = new float[places.length * EACH * WIDTH];
    List<String> paths = new ArrayList<>();
    for (int p = 0; p < places.length; p++) {
      float[] centre = new float[WIDTH];
      System.arraycopy(PLACES.values(), places[p] * WIDTH, centre, 0, WIDTH);
      Matrix rows = RandomRows.around(EACH, new Matrix(1, WIDTH, centre), 0.05, places[p]);
      System.arraycopy(rows.values(), 0, values, p * EACH * WIDTH, EACH * WIDTH);
      for (int i = 0; i < EACH; i++) {
        paths.add("place-%d/%d.jpg".formatted(places[p], i));
      }
    }
    Path npy = Command.npy(folder.resolve(week + ".npy"), new Matrix(paths.size(), WIDTH, values));
    Path names = folder.resolve(week + ".txt");
    Files.write(names, paths);
    Path imported = folder.resolve("embeddings-" + week);
    Command.done("import", "--npy", npy, "--paths", names, "--output", imported);
    return imported;
  }

  private Object[] words(String week, Path embeddings, int clusters, Object... more) {
    List<Object> words =
        new ArrayList<>(
            List.of(
                "cluster",
                "--embeddings",
                embeddings,
                "--method",
                "kmeans",
                "--kmeans-restarts",
                "5",
                "--clusters",
                clusters,
                "--output",
                folder.resolve(week)));
    words.addAll(List.of(more));
    return words.toArray();
  }

  private Command cluster(String week, String previous, int... places) throws Exception {
    return Command.done(
        words(
            week, embeddings(week, places), places.length, "--previous", folder.resolve(previous)));
  }

  private Snapshot run(String week) {
    return new RunFolder(STORAGE, folder.resolve(week).toString()).snapshot();
  }

  /** Place → the one cluster that all its images are in, as the exported table tells. */
  private Map<String, Integer> clusters(String week) {
    Path csv = folder.resolve(week + ".csv");
    Command.done("export", "--run", folder.resolve(week), "--csv", csv);
    Map<String, Integer> clusters = new TreeMap<>();
    for (String line : STORAGE.readText(csv.toString()).lines().skip(1).toList()) {
      String[] cells = line.split(",", -1);
      int cluster = Integer.parseInt(cells[1]);
      assertThat(clusters.merge(cells[0].split("/", -1)[0], cluster, (a, b) -> b))
          .isEqualTo(cluster);
    }
    return clusters;
  }

  @Test
  void ids_last_over_weeks_in_which_things_come_and_go_and_come_again() throws Exception {
    Command.done(words("first", embeddings("first", 0, 1, 2, 3), 4));
    Map<String, Integer> first = clusters("first");
    cluster("second", "first", 4, 2, 1, 0);
    Map<String, Integer> second = clusters("second");
    assertThat(second)
        .containsEntry("place-0", first.get("place-0"))
        .containsEntry("place-1", first.get("place-1"))
        .containsEntry("place-2", first.get("place-2"))
        .containsEntry("place-4", 4);
    cluster("third", "second", 3, 4, 0, 5, 1);
    Map<String, Integer> third = clusters("third");
    assertThat(third)
        .containsEntry("place-0", first.get("place-0"))
        .containsEntry("place-1", first.get("place-1"))
        .containsEntry("place-4", 4);
    // Nobody gets the number of one that is gone, not even its own images.
    assertThat(List.of(third.get("place-3"), third.get("place-5"))).containsExactlyInAnyOrder(5, 6);

    Map<Integer, Optional<Integer>> before =
        run("third").rows(ClusterRow.SCHEMA).stream()
            .collect(Collectors.toMap(ClusterRow::cluster, ClusterRow::previousCluster));
    assertThat(before)
        .containsEntry(4, Optional.of(4))
        .containsEntry(5, Optional.empty())
        .containsEntry(6, Optional.empty());
    assertThat(run("third").rows(ClusterRow.SCHEMA))
        .allSatisfy(row -> assertThat(row.name()).isEqualTo("cluster " + row.cluster()));

    ClusterTransitions told =
        run("third").requireRecord().part(ClusterTransitions.class).orElseThrow();
    assertThat(told.run()).isEqualTo(run("second").run());
    assertThat(told.died())
        .extracting(ClusterTransitions.Died::cluster)
        .containsExactly(first.get("place-2"));
    assertThat(told.moved()).isZero();
    assertThat(told.compared()).isEqualTo(3L * EACH);

    assertThat(folder.resolve("third/gallery/clusters/6.html")).exists();
    assertThat(folder.resolve("third/gallery/comparison.html")).exists();
    assertThat(folder.resolve("first/gallery/comparison.html")).doesNotExist();
  }

  @Test
  void of_a_glob_the_last_run_before_this_one_counts_and_the_first_week_needs_none()
      throws Exception {
    for (String week : List.of("run-45", "run-46", "run-47")) {
      cluster(week, "run-*", 0, 1, 2);
    }
    // Run again, a week does not go on from a later one.
    Command again = cluster("run-46", "run-*", 0, 1, 2);
    assertThat(run("run-45").requireRecord().part(ClusterTransitions.class)).isEmpty();
    assertThat(run("run-46").requireRecord().part(ClusterTransitions.class).orElseThrow().run())
        .isEqualTo(run("run-45").run());
    assertThat(run("run-47").requireRecord().part(ClusterTransitions.class).orElseThrow().run())
        .isNotEqualTo(run("run-45").run());
    assertThat(again.err()).contains("run-46");
    assertThat(clusters("run-47")).isEqualTo(clusters("run-45"));
  }

  @Test
  void images_that_are_assigned_later_get_the_ids_too() throws Exception {
    Command.done(words("first", embeddings("first", 0, 1, 2), 3));
    cluster("second", "first", 5, 1, 2);
    Map<String, Integer> second = clusters("second");
    assertThat(second).containsEntry("place-5", 3);
    Command.done(
        "assign",
        "--run",
        folder.resolve("second"),
        "--embeddings",
        embeddings("more", 2, 5),
        "--output",
        folder.resolve("more"));
    assertThat(clusters("more"))
        .containsEntry("place-2", second.get("place-2"))
        .containsEntry("place-5", 3);
    assertThat(run("more").rows(ClusterRow.SCHEMA))
        .extracting(ClusterRow::cluster)
        .containsExactlyInAnyOrderElementsOf(second.values());
  }

  @Test
  void where_the_earlier_run_has_few_of_the_images_its_model_says_where_they_belong()
      throws Exception {
    Command.done(words("first", embeddings("first", 0, 1, 2), 3));
    Map<String, Integer> first = clusters("first");
    Path other = folder.resolve("embeddings-other");
    embeddings("rows", 2, 1, 0);
    Command.done("import", "--npy", folder.resolve("rows.npy"), "--output", other);
    Command.done(words("second", other, 3, "--previous", folder.resolve("first")));
    ClusterTransitions told =
        run("second").requireRecord().part(ClusterTransitions.class).orElseThrow();
    assertThat(told.survived()).hasSize(3);
    assertThat(told.compared()).isEqualTo(3L * EACH);
    assertThat(clusters("second")).containsEntry("row-0000000", first.get("place-2"));
  }

  @Test
  void the_same_command_again_finds_it_done_and_an_earlier_run_that_cannot_be_one_is_refused()
      throws Exception {
    Path embeddings = embeddings("first", 0, 1, 2);
    Command.done(words("first", embeddings, 3));
    Path first = folder.resolve("first");
    Object[] second = words("second", embeddings, 3, "--previous", first);
    Command.done(second);
    assertThat(Command.done(second).err()).contains("done before");

    Command itself = Command.run(words("first", embeddings, 3, "--previous", first));
    assertThat(itself.exitCode()).isEqualTo(2);
    assertThat(itself.refusal()).contains("--previous", "give another one");

    Command none = Command.run(words("third", embeddings, 3, "--previous", embeddings));
    assertThat(none.exitCode()).isEqualTo(3);
    assertThat(none.refusal()).contains("holds no clusters");

    Path narrow = Command.npy(folder.resolve("narrow.npy"), RandomRows.anywhere(9, 8, 1));
    Command.done("import", "--npy", narrow, "--output", folder.resolve("narrow"));
    Command other = Command.run(words("third", folder.resolve("narrow"), 3, "--previous", first));
    assertThat(other.exitCode()).isEqualTo(2);
    assertThat(other.refusal()).contains("--previous", "another model", "8 columns");
  }
}
