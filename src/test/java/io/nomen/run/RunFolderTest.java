package io.nomen.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.NomenException;
import io.nomen.run.RunFolder.Current;
import io.nomen.run.RunFolder.StageAttempt;
import io.nomen.store.Storage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  private final Storage storage = new Storage(new Configuration());

  @TempDir Path folder;

  private RunFolder run() {
    return new RunFolder(storage, folder.toString());
  }

  private static void write(RunFolder run, String attempt, String name) {
    String target = run.attemptFolder("clusters", attempt);
    TableSchema schema = new TableSchema("clusters", Column.of("name", Column.Kind.STRING));
    try (TableWriter writer = new TableWriter(run.storage(), target + "/part.parquet", schema)) {
      writer.write(name);
    }
    new Table("clusters", target, List.of("part.parquet"), List.of(1L)).commit(run.storage());
  }

  private static String read(RunFolder run) {
    return new TableColumn(run.storage(), run.table("clusters").uris().get(0), "name")
        .strings()
        .get(0);
  }

  private static Current current(String attempt) {
    return new Current(attempt, "now", Map.of("clusters", RunFolder.relative("clusters", attempt)));
  }

  @Test
  void readers_see_the_old_run_until_the_new_one_is_published() {
    RunFolder run = run();
    write(run, "one", "dogs");
    run.publish(current("one"));
    write(run, "two", "cats");
    assertThat(read(run)).isEqualTo("dogs");
    run.publish(current("two"));
    assertThat(read(run)).isEqualTo("cats");
  }

  @Test
  void publishing_deletes_what_nothing_names_any_more() throws Exception {
    RunFolder run = run();
    write(run, "one", "dogs");
    run.publish(current("one"));
    write(run, "two", "cats");
    run.publish(current("two"));
    try (var left = Files.list(folder.resolve("clusters"))) {
      assertThat(left.map(p -> p.getFileName().toString())).containsExactly("attempt=two");
    }
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
    assertThatThrownBy(() -> run().table("clusters"))
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

  @Test
  void every_kind_of_column_comes_back_as_it_went_in() {
    TableSchema schema =
        new TableSchema(
            "all",
            Column.of("s", Column.Kind.STRING),
            Column.optional("o", Column.Kind.STRING),
            Column.of("i", Column.Kind.INT),
            Column.of("l", Column.Kind.LONG),
            Column.of("b", Column.Kind.BOOLEAN),
            Column.of("is", Column.Kind.INTS),
            Column.of("fs", Column.Kind.FLOATS),
            Column.of("ss", Column.Kind.STRINGS));
    String uri = folder.resolve("all.parquet").toString();
    try (TableWriter writer = new TableWriter(storage, uri, schema)) {
      writer.write(
          "naïve\n\"x\"",
          Optional.empty(),
          1,
          1L << 40,
          true,
          new int[] {3, 4},
          new float[] {0.5f, -1f},
          List.of("a", ""));
      writer.write(
          "<script>", Optional.of("y"), -2, 0L, false, new int[0], new float[] {1f, 2f}, List.of());
    }
    assertThat(new TableColumn(storage, uri, "s").strings())
        .containsExactly("naïve\n\"x\"", "<script>");
    assertThat(new TableColumn(storage, uri, "o").optionalStrings())
        .containsExactly(Optional.empty(), Optional.of("y"));
    assertThat(new TableColumn(storage, uri, "i").ints()).containsExactly(1, -2);
    assertThat(new TableColumn(storage, uri, "l").longs()).containsExactly(1L << 40, 0L);
    assertThat(new TableColumn(storage, uri, "fs").floats()).containsExactly(0.5f, -1f, 1f, 2f);
    List<TableRow> rows = TableRow.read(storage, uri);
    assertThat(rows.get(0).integers("is")).containsExactly(3, 4);
    assertThat(rows.get(1).integers("is")).isEmpty();
    assertThat(rows.get(0).strings("ss")).containsExactly("a", "");
    assertThat(rows.get(0).optionalString("o")).isEmpty();
    assertThat(rows.get(1).flag("b")).isFalse();
  }

  @Test
  void a_missing_column_is_named_with_those_that_are_there() {
    String uri = folder.resolve("t.parquet").toString();
    TableSchema schema = new TableSchema("t", Column.of("path", Column.Kind.STRING));
    try (TableWriter writer = new TableWriter(storage, uri, schema)) {
      writer.write("x");
    }
    assertThatThrownBy(() -> new TableColumn(storage, uri, "embedding").floats())
        .hasMessageContaining("no column \"embedding\"")
        .hasMessageContaining("[path]");
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
    write(run, "one", "dogs");
    run.publish(current("one"));
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
