package io.nomen.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.NomenException;
import io.nomen.Progress;
import io.nomen.exchange.ImportJob.ImportOptions;
import io.nomen.exchange.ImportJob.ImportSource;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.store.Storage;
import io.nomen.testing.LocalSpark;
import io.nomen.testing.TableRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Embeddings out of one folder, through every format, and into another. */
class ImportExportTest {
  private static final int ROWS = 40;
  private static final int WIDTH = 6;
  private static final List<String> ODD =
      List.of(
          "z last\nline.png",
          "carriage\rreturn",
          "back\\slash\\n",
          "<script>",
          "\"quoted\", comma",
          "\u202egnp.\u05d0",
          "\ud83d\udc08 %20");

  private static final Storage STORAGE = new Storage(new Configuration());
  private static final JobContext CONTEXT =
      new JobContext(LocalSpark::context, STORAGE, Progress.SILENT);

  @TempDir Path folder;

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  private RunFolder run(String name) {
    return new RunFolder(STORAGE, file(name));
  }

  /** path → norm and the unit embedding, as the table has them. */
  private static Map<String, List<Float>> rows(RunFolder folder) {
    Map<String, List<Float>> rows = new LinkedHashMap<>();
    for (String uri : folder.snapshot().table("embeddings").uris()) {
      for (TableRow row : TableRow.read(STORAGE, uri)) {
        List<Float> numbers = new ArrayList<>(List.of(row.number("norm")));
        for (float value : row.numbers("embedding")) {
          numbers.add(value);
        }
        rows.put(row.string("path"), numbers);
      }
    }
    return rows;
  }

  private static void assertSame(Map<String, List<Float>> one, Map<String, List<Float>> other) {
    assertThat(other.keySet()).containsExactlyInAnyOrderElementsOf(one.keySet());
    one.forEach(
        (path, numbers) -> {
          for (int i = 0; i < numbers.size(); i++) {
            assertThat(other.get(path).get(i)).as(path).isCloseTo(numbers.get(i), within());
          }
        });
  }

  private static org.assertj.core.data.Offset<Float> within() {
    return org.assertj.core.data.Offset.offset(2e-6f);
  }

  @BeforeEach
  void importOnce() {
    Random random = new Random(5);
    try (NpyWriter writer = new NpyWriter(STORAGE, file("in.npy"), ROWS, WIDTH)) {
      for (int i = 0; i < ROWS; i++) {
        float[] row = new float[WIDTH];
        for (int j = 0; j < WIDTH; j++) {
          row[j] = (float) random.nextGaussian();
        }
        writer.write(row);
      }
    }
    List<String> paths = new ArrayList<>(ODD);
    for (int i = paths.size(); i < ROWS; i++) {
      paths.add("image %02d.png".formatted(97 * i % ROWS));
    }
    PathLines.write(STORAGE, file("in.txt"), paths);
    importing("first", new ImportSource.Npy(file("in.npy")), Optional.of(file("in.txt")));
  }

  private ImportJob.Counts importing(String to, ImportSource source, Optional<String> paths) {
    return ImportJob.run(CONTEXT, run(to), new ImportOptions(source, Optional.empty(), paths, 0));
  }

  @Test
  void odd_paths_and_norms_come_in() {
    assertThat(rows(run("first")).keySet()).containsAll(ODD).hasSize(ROWS);
    assertThat(rows(run("first")).values()).allSatisfy(r -> assertThat(r.get(0)).isPositive());
  }

  @Test
  void every_format_comes_back_with_its_paths_and_norms() {
    Map<String, List<Float>> first = rows(run("first"));
    assertThat(ExportJob.npy(CONTEXT, run("first"), file("a.npy"), true)).isEqualTo(ROWS);
    importing("npy", new ImportSource.Npy(file("a.npy")), Optional.of(file("a.txt")));
    assertSame(first, rows(run("npy")));
    assertThat(ExportJob.safetensors(CONTEXT, run("first"), file("b.safetensors"), false))
        .isEqualTo(ROWS);
    importing(
        "safetensors",
        new ImportSource.Safetensors(file("b.safetensors"), Optional.empty()),
        Optional.of(file("b.txt")));
    assertSame(first, rows(run("safetensors")));
    ExportJob.safetensors(CONTEXT, run("first"), file("raw.safetensors"), true);
    importing(
        "raw",
        new ImportSource.Safetensors(file("raw.safetensors"), Optional.of("embeddings")),
        Optional.of(file("raw.txt")));
    assertSame(first, rows(run("raw")));
    assertThat(ExportJob.parquet(CONTEXT, run("first"), file("c.parquet"), false)).isEqualTo(ROWS);
    importing("parquet", parquet(file("c.parquet"), Optional.empty()), Optional.empty());
    assertSame(first, rows(run("parquet")));
  }

  private static ImportSource parquet(String uri, Optional<String> column) {
    return new ImportSource.Parquet(uri, column, Optional.empty(), Optional.empty());
  }

  @Test
  void exports_are_in_path_order_whatever_the_order_of_the_table() {
    ExportJob.npy(CONTEXT, run("first"), file("a.npy"), false);
    List<String> paths = new ArrayList<>();
    try (PathLines lines = new PathLines(STORAGE, file("a.txt"))) {
      lines.forEachRemaining(paths::add);
    }
    assertThat(paths).isSorted().hasSize(ROWS);
    Map<String, List<Float>> first = rows(run("first"));
    try (NpyReader reader = NpyReader.open(STORAGE, file("a.npy"))) {
      for (String path : paths) {
        assertThat(reader.next(1)).containsExactly(unit(first.get(path)));
      }
    }
  }

  private static float[] unit(List<Float> numbers) {
    float[] unit = new float[numbers.size() - 1];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = numbers.get(i + 1);
    }
    return unit;
  }

  @Test
  void without_paths_rows_are_called_by_their_number_and_spark_is_not_asked() {
    JobContext alone =
        new JobContext(
            () -> {
              throw new IllegalStateException("rows without paths need no Spark");
            },
            STORAGE,
            Progress.SILENT);
    ImportSource rows = new ImportSource.Npy(file("in.npy"));
    ImportJob.run(
        alone, run("plain"), new ImportOptions(rows, Optional.empty(), Optional.empty(), 0));
    assertThat(rows(run("plain")).keySet()).startsWith("row-0000000").endsWith("row-0000039");
  }

  @Test
  void what_does_not_fit_is_one_sentence() throws Exception {
    Files.writeString(folder.resolve("few.txt"), "one\ntwo\n");
    assertThatThrownBy(
            () ->
                importing("x", new ImportSource.Npy(file("in.npy")), Optional.of(file("few.txt"))))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("2 paths for 40 rows");
    Files.writeString(folder.resolve("twice.txt"), "same\n".repeat(ROWS));
    assertThatThrownBy(
            () ->
                importing(
                    "x", new ImportSource.Npy(file("in.npy")), Optional.of(file("twice.txt"))))
        .hasMessageContaining("Row 1 has the path \"same\"");
    ExportJob.parquet(CONTEXT, run("first"), file("c.parquet"), false);
    assertThatThrownBy(
            () -> importing("x", parquet(file("c.parquet"), Optional.of("vec")), Optional.empty()))
        .hasMessageContaining("no column \"vec\"");
    assertThatThrownBy(
            () -> importing("x", parquet(file("in.npy"), Optional.empty()), Optional.empty()))
        .hasMessageContaining("not a readable Parquet file");
  }
}
