package io.nomen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.image.BadFiles;
import io.nomen.run.RunFolder;
import io.nomen.store.Storage;
import io.nomen.testing.Command;
import io.nomen.testing.TableRow;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hundreds of damaged and hostile files through the real command. */
class BadInputTest {
  private static final Storage STORAGE = new Storage(new Configuration());

  @TempDir Path folder;

  private static Map<String, TableRow> images(Path output) {
    Map<String, TableRow> rows = new LinkedHashMap<>();
    RunFolder run = new RunFolder(STORAGE, output.toString());
    for (String uri : run.snapshot().table("images").uris()) {
      for (TableRow row : TableRow.read(STORAGE, uri)) {
        String path = row.string("path");
        rows.put(path.substring(path.lastIndexOf('/') + 1), row);
      }
    }
    return rows;
  }

  private Command encode(Path output, String maxBadFraction) {
    return Command.run(
        "encode",
        "--input",
        folder.resolve("in").toString(),
        "--max-bad-fraction",
        maxBadFraction,
        "--output",
        output.toString());
  }

  private void write(Map<String, byte[]> files) throws IOException {
    Files.createDirectories(folder.resolve("in"));
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(folder.resolve("in").resolve(file.getKey()), file.getValue());
    }
  }

  @Test
  void each_of_hundreds_of_bad_files_has_its_row_and_too_many_of_them_end_with_4()
      throws Exception {
    Map<String, byte[]> files = BadFiles.all();
    assertThat(files).hasSizeGreaterThan(400);
    write(files);
    Path output = folder.resolve("out");
    Command lenient = encode(output, "1");
    assertThat(lenient.err()).doesNotContain("defect");
    assertThat(lenient.exitCode()).isZero();
    Map<String, TableRow> rows = images(output);
    assertThat(rows.keySet()).containsExactlyInAnyOrderElementsOf(files.keySet());
    assertThat(rows.values())
        .allSatisfy(
            row ->
                assertThat(row.string("status").equals("ok"))
                    .isEqualTo(row.optionalString("reason").isEmpty()));
    assertThat(rows.get("no bytes").string("status")).isEqualTo("empty");
    assertThat(rows.get("header bomb").string("status")).isEqualTo("too-large");
    assertThat(rows.get("jpg cut at 90 percent").string("status")).isEqualTo("truncated");
    var counts = lenient.lastLine().get("counts");
    assertThat(counts.get("listed").asInt()).isEqualTo(files.size());
    assertThat(counts.get("embedded").asInt() + counts.get("bad").asInt()).isEqualTo(files.size());

    Command strict = encode(output, "0");
    assertThat(strict.exitCode()).isEqualTo(4);
    assertThat(strict.lastLine().get("exit").asText()).isEqualTo("too many bad");
    assertThat(strict.lastLine().get("reason").asText()).contains("images cannot be used");
  }

  @Test
  void two_hundred_header_bombs_leave_nothing_on_the_heap() throws Exception {
    Map<String, byte[]> bombs = new LinkedHashMap<>();
    for (int i = 0; i < 200; i++) {
      bombs.put("bomb %03d.png".formatted(i), BadFiles.headerBomb());
    }
    write(bombs);
    // The first run loads the model and everything else that stays.
    assertThat(encode(folder.resolve("first"), "1").exitCode()).isZero();
    long before = usedAfterCollection();
    Command run = encode(folder.resolve("second"), "1");
    long growth = usedAfterCollection() - before;
    assertThat(run.lastLine().get("counts").get("statuses").get("too-large").asInt())
        .isEqualTo(200);
    assertThat(growth).isLessThan(50L << 20);
  }

  private static long usedAfterCollection() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  @Test
  void bad_rows_of_imported_embeddings_are_counted_and_refused_by_default() throws Exception {
    Path npy = folder.resolve("bad.npy");
    try (var writer = new io.nomen.exchange.NpyWriter(STORAGE, npy.toString(), 6, 3)) {
      writer.write(new float[] {1, 2, 3, 0, 0, 0, Float.NaN, 1, 1});
      writer.write(new float[] {3, 2, 1, Float.POSITIVE_INFINITY, 0, 0, -1, 1, 0});
    }
    Path output = folder.resolve("imported");
    Command strict = Command.run("import", "--npy", npy.toString(), "--output", output.toString());
    assertThat(strict.exitCode()).isEqualTo(4);
    Command lenient =
        Command.run(
            "import",
            "--npy",
            npy.toString(),
            "--max-bad-fraction",
            "0.5",
            "--output",
            output.toString());
    assertThat(lenient.exitCode()).isZero();
    assertThat(lenient.lastLine().get("counts").get("bad").asInt()).isEqualTo(3);
    assertThat(images(output).get("row-0000001").optionalString("reason").orElseThrow())
        .contains("all zeros");
    assertThat(images(output).get("row-0000002").optionalString("reason").orElseThrow())
        .contains("NaN");

    Command tooMany =
        Command.run(
            "cluster",
            "--embeddings",
            output.toString(),
            "--method",
            "kmeans",
            "--clusters",
            "4",
            "--output",
            folder.resolve("run").toString());
    assertThat(tooMany.exitCode()).isIn(2, 3);
    assertThat(tooMany.lastLine().get("reason").asText()).contains("4").contains("3");

    Command otherWidth =
        Command.run(
            "cluster",
            "--embeddings",
            output.toString(),
            "--method",
            "tac-no-train",
            "--clusters",
            "2",
            "--output",
            folder.resolve("run2").toString());
    assertThat(otherWidth.exitCode()).isIn(2, 3);
    assertThat(otherWidth.lastLine().get("reason").asText()).contains("256").contains("3");
  }

  @Test
  void a_folder_of_nothing_but_bad_files_is_one_sentence_for_cluster() throws Exception {
    write(Map.of("one.jpg", new byte[0], "two.png", new byte[] {1, 2, 3}));
    Command run =
        Command.run(
            "cluster",
            "--input",
            folder.resolve("in").toString(),
            "--max-bad-fraction",
            "1",
            "--clusters",
            "2",
            "--output",
            folder.resolve("out").toString());
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(List.of(run.err().split("\n", -1))).anyMatch(line -> line.startsWith("nomen: "));
    assertThat(run.err()).doesNotContain("defect");
  }
}
