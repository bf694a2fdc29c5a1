package io.nomen.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.NomenException;
import io.nomen.method.Findings;
import io.nomen.run.RunFolder.StageAttempt;
import io.nomen.store.Storage;
import io.nomen.testing.TableRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  private final Storage storage = new Storage(new Configuration());

  @TempDir Path folder;

  private RunFolder run() {
    return new RunFolder(storage, folder.toString());
  }

  private record Thing(String name) {}

  private static void write(RunFolder run, String table, String attempt, String name) {
    run.write(new TableSchema<>(table, Thing.class), attempt, List.of(new Thing(name)));
  }

  private static void write(RunFolder run, String attempt, String name) {
    write(run, "clusters", attempt, name);
  }

  private static String read(Snapshot run, String table) {
    return run.rows(new TableSchema<>(table, Thing.class)).get(0).name();
  }

  private static String read(RunFolder run) {
    return read(run.snapshot(), "clusters");
  }

  private static Snapshot publish(RunFolder run, String attempt, String... others) {
    Map<String, String> attempts = new LinkedHashMap<>();
    attempts.put("clusters", attempt);
    for (String table : others) {
      attempts.put(table, attempt);
    }
    return run.publish(attempt, attempts, Map.of(), Optional.of(record(attempt)));
  }

  private static RunRecord record(String run) {
    return new RunRecord(
        run,
        "title of " + run,
        "2026-11-28T00:00:00Z",
        List.of(),
        Map.of(),
        Optional.empty(),
        "kmeans",
        1,
        0,
        RunRecord.ModelFacts.NONE,
        new RunRecord.VocabularyFacts(OptionalInt.empty(), Optional.empty()),
        new RunRecord.Counts(1, 1, 0, Map.of("ok", 1L)),
        Map.of(),
        new RunRecord.QualityFacts(
            0, 1, OptionalDouble.empty(), 1, 1, OptionalDouble.empty(), OptionalInt.empty()),
        RunRecord.MethodFacts.of(new Findings(List.of())),
        List.of(),
        Map.of());
  }

  /** Publishes a run of its own, as a job does. */
  private void published(String attempt, String name, String... others) {
    RunFolder run = run();
    run.holding(
        () -> {
          write(run, attempt, name);
          for (String other : others) {
            write(run, other, attempt, name);
          }
          return publish(run, attempt, others);
        });
  }

  private List<String> files(String inside) {
    return storage.list(folder.resolve(inside).toString()).stream()
        .map(Storage.Entry::name)
        .toList();
  }

  private static void assertLocked(ThrowingCallable work, String words) {
    assertThatThrownBy(work)
        .isInstanceOfSatisfying(
            NomenException.class, e -> assertThat(e.kind()).isEqualTo(NomenException.Kind.LOCKED))
        .hasMessageContaining(words);
  }

  @Test
  void readers_see_the_old_run_until_the_new_one_is_published() {
    published("one", "dogs");
    RunFolder run = run();
    run.holding(
        () -> {
          write(run, "two", "cats");
          assertThat(read(run)).isEqualTo("dogs");
          return publish(run, "two");
        });
    assertThat(read(run)).isEqualTo("cats");
  }

  @Test
  void a_reader_works_on_its_snapshot_until_the_next_run_but_one() {
    published("one", "dogs", "nouns");
    Snapshot reading = run().snapshot();
    published("two", "cats");
    assertThat(read(reading, "clusters")).isEqualTo("dogs");
    assertThat(read(reading, "nouns")).isEqualTo("dogs");
    assertThat(reading.requireRecord().run()).isEqualTo("one");
    published("three", "birds");
    assertThatThrownBy(() -> read(reading, "clusters"))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("later runs have taken its place");
  }

  @Test
  void tables_that_later_runs_do_not_have_go_too() {
    published("one", "dogs", "nouns", "selected_nouns");
    published("two", "cats");
    assertThat(files("nouns")).containsExactly("attempt=one");
    published("three", "birds");
    assertThat(files("clusters")).containsExactly("attempt=three", "attempt=two");
    assertThat(files("nouns")).isEmpty();
    assertThat(files("selected_nouns")).isEmpty();
    assertThat(files("record")).containsExactly("attempt=three", "attempt=two");
  }

  @Test
  void the_same_run_published_again_costs_the_one_before_nothing() {
    published("one", "dogs");
    published("two", "cats");
    published("two", "cats");
    assertThat(files("clusters")).containsExactly("attempt=one", "attempt=two");
  }

  @Test
  void the_record_is_the_runs_own_whatever_a_dying_job_left_where_people_look() throws Exception {
    published("one", "dogs");
    String old = Files.readString(folder.resolve("run.json"));
    published("two", "cats");
    // As a job leaves it that dies between the two.
    Files.writeString(folder.resolve("run.json"), old);
    assertThat(run().snapshot().requireRecord().run()).isEqualTo("two");
  }

  @Test
  void scores_of_an_earlier_run_do_not_stay_beside_a_new_one() throws Exception {
    published("one", "dogs");
    Files.writeString(folder.resolve("evaluation.json"), "{}");
    published("two", "cats");
    assertThat(folder.resolve("evaluation.json")).doesNotExist();
  }

  @Test
  void whoever_has_lost_the_folder_publishes_and_deletes_nothing() {
    published("one", "dogs");
    RunFolder sleeper = run();
    RunFolder other = run();
    sleeper.holding(
        () -> {
          write(sleeper, "two", "cats");
          // It is silent for too long, and another takes over.
          storage.delete(folder.resolve("_LEASE").toString());
          return other.holding(
              () -> {
                write(other, "three", "birds");
                assertLocked(() -> publish(sleeper, "two"), "held by another job");
                assertLocked(() -> write(sleeper, "two", "late"), "held by another job");
                assertThat(read(run())).isEqualTo("dogs");
                assertThat(files("clusters"))
                    .containsExactly("attempt=one", "attempt=three", "attempt=two");
                return publish(other, "three");
              });
        });
    assertThat(read(run())).isEqualTo("birds");
  }

  @Test
  void nobody_publishes_over_a_run_that_came_in_between() {
    RunFolder sleeper = run();
    sleeper.holding(
        () -> {
          write(sleeper, "two", "cats");
          storage.delete(folder.resolve("_LEASE").toString());
          published("one", "dogs");
          assertLocked(() -> publish(sleeper, "two"), "has published the run one");
          return "";
        });
    assertThat(read(run())).isEqualTo("dogs");
  }

  @Test
  void what_a_later_command_goes_on_from_is_not_deleted() {
    RunFolder run = run();
    StageAttempt encode = run.begin("encode", Map.of("input", "a"), true);
    write(run, "images", encode.attempt(), "half");
    storage.writeText(folder + "/_stages/encode-" + encode.attempt() + "/bucket.json", "{}");
    published("one", "dogs");
    published("two", "cats");
    published("three", "birds");
    assertThat(run.begin("encode", Map.of("input", "a"), true)).isEqualTo(encode);
    assertThat(files("images")).containsExactly("attempt=" + encode.attempt());
    assertThat(files("_stages")).contains("encode-" + encode.attempt());
  }

  @Test
  void a_stage_whose_tables_are_gone_is_begun_anew() {
    RunFolder run = run();
    StageAttempt encode = run.finish(run.begin("encode", Map.of("input", "a"), true), Map.of());
    write(run, "images", encode.attempt(), "whole");
    storage.writeText(folder + "/_stages/encode-" + encode.attempt() + "/bucket.json", "{}");
    published("one", "dogs");
    assertThat(files("images")).isEmpty();
    assertThat(run.begin("encode", Map.of("input", "a"), true).done()).isFalse();
    assertThat(files("_stages")).containsExactly("encode.json");
  }

  @Test
  void files_of_tasks_that_ran_twice_go_when_the_run_is_published() {
    RunFolder run = run();
    run.holding(
        () -> {
          write(run, "one", "dogs");
          String file = folder + "/clusters/attempt=one/part-00000";
          storage.writeBytes(file + "-copy.parquet", storage.readBytes(file + ".parquet"));
          return publish(run, "one");
        });
    assertThat(files("clusters/attempt=one")).containsExactly("_files.json", "part-00000.parquet");
  }

  @Test
  void an_attempt_that_is_gone_on_from_has_the_settings_in_the_order_of_the_first_time() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("seed", "0");
    settings.put("method", "tac");
    StageAttempt first = run().begin("cluster", settings, true);
    StageAttempt again = run().begin("cluster", settings, true);
    assertThat(again.attempt()).isEqualTo(first.attempt());
    assertThat(again.settings().toString()).isEqualTo(first.settings().toString());
  }

  @Test
  void the_same_settings_go_on_and_changed_ones_begin_anew() {
    RunFolder run = run();
    StageAttempt first = run.begin("encode", Map.of("precision", "bf16"), true);
    assertThat(run.begin("encode", Map.of("precision", "bf16"), true)).isEqualTo(first);
    assertThat(run.begin("encode", Map.of("precision", "bf16"), false).attempt())
        .isNotEqualTo(first.attempt());
    StageAttempt other = run.begin("encode", Map.of("precision", "fp32"), true);
    assertThat(other.attempt()).isNotEqualTo(first.attempt());
    assertThat(RunFolder.changes(first.settings(), other.settings()))
        .isEqualTo("precision was bf16 and is fp32");
  }

  @Test
  void a_finished_stage_keeps_its_facts() {
    RunFolder run = run();
    StageAttempt done =
        run.finish(run.begin("encode", Map.of("a", "1"), true), Map.of("listed", 7));
    assertThat(run.begin("encode", Map.of("a", "1"), true)).isEqualTo(done);
    assertThat(done.done()).isTrue();
  }

  @Test
  void a_folder_without_a_run_says_so() {
    assertThatThrownBy(() -> run().snapshot())
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("holds no finished run");
  }

  @Test
  void no_checksum_files_lie_beside_the_tables() throws Exception {
    write(run(), "one", "dogs");
    try (var files = Files.walk(folder)) {
      assertThat(files.map(p -> p.getFileName().toString()).filter(n -> n.endsWith(".crc")))
          .isEmpty();
    }
  }

  private record Everything(
      String text,
      Optional<String> maybeText,
      Optional<Float> maybeNumber,
      int number,
      long longNumber,
      boolean flag,
      int[] numbers,
      float[] vector,
      List<String> words) {}

  @Test
  void every_kind_of_column_comes_back_as_it_went_in() {
    TableSchema<Everything> schema = new TableSchema<>("all", Everything.class);
    String uri = folder.resolve("all.parquet").toString();
    try (TableWriter<Everything> writer = new TableWriter<>(storage, uri, schema)) {
      writer.write(
          new Everything(
              "naïve\n\"x\"",
              Optional.empty(),
              Optional.empty(),
              1,
              1L << 40,
              true,
              new int[] {3, 4},
              new float[] {0.5f, -1f},
              List.of("a", "")));
      writer.write(
          new Everything(
              "<script>",
              Optional.of("y"),
              Optional.of(2f),
              -2,
              0,
              false,
              new int[0],
              new float[] {1f, 2f},
              List.of()));
    }
    assertThat(new TableColumn(storage, uri, "text").strings())
        .containsExactly("naïve\n\"x\"", "<script>");
    assertThat(new TableColumn(storage, uri, "maybe_text").optionalStrings())
        .containsExactly(Optional.empty(), Optional.of("y"));
    assertThat(new TableColumn(storage, uri, "number").ints()).containsExactly(1, -2);
    assertThat(new TableColumn(storage, uri, "long_number").longs()).containsExactly(1L << 40, 0L);
    assertThat(new TableColumn(storage, uri, "vector").floats()).containsExactly(0.5f, -1f, 1f, 2f);
    List<Everything> rows = schema.read(storage, uri);
    assertThat(rows.get(0).numbers()).containsExactly(3, 4);
    assertThat(rows.get(0).vector()).containsExactly(0.5f, -1f);
    assertThat(rows.get(1).numbers()).isEmpty();
    assertThat(rows.get(0).words()).containsExactly("a", "");
    assertThat(rows.get(0).maybeText()).isEmpty();
    assertThat(rows.get(1).maybeNumber()).contains(2f);
    assertThat(rows.get(0).longNumber()).isEqualTo(1L << 40);
    assertThat(rows.get(1).flag()).isFalse();
    assertThat(TableRow.read(storage, uri).get(0).strings("words")).containsExactly("a", "");
  }

  @Test
  void a_missing_column_is_named_with_those_that_are_there() {
    String uri = folder.resolve("t.parquet").toString();
    try (TableWriter<Thing> writer =
        new TableWriter<>(storage, uri, new TableSchema<>("t", Thing.class))) {
      writer.write(new Thing("x"));
    }
    assertThatThrownBy(() -> new TableColumn(storage, uri, "embedding").floats())
        .hasMessageContaining("no column \"embedding\"")
        .hasMessageContaining("[name]");
  }

  @Test
  void a_uri_with_a_password_is_refused() {
    assertThatThrownBy(() -> Storage.path("s3a://me:secret@bucket/x"))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("password")
        .hasMessageNotContaining("secret");
  }

  @Test
  void what_is_read_and_what_another_command_left_is_not_written_over() {
    RunFolder run = run();
    published("one", "dogs");
    run.requireNothingBut(Set.of("clusters", "heads"));
    assertThatThrownBy(() -> run.requireNothingBut(Set.of("images", "embeddings")))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("holds a run with the tables [clusters], which would be lost");
    run.requireOtherThan("--run", folder.resolveSibling("other").toString());
    for (String same : List.of(folder.toString(), folder + "/", "file:" + folder)) {
      assertThatThrownBy(() -> run.requireOtherThan("--run", same))
          .hasMessageContaining("--output is the folder of --run itself");
    }
  }
}
