package io.nomen.job;

import io.nomen.NomenException;
import io.nomen.store.NpyWriter;
import io.nomen.store.RunFolder;
import io.nomen.store.Storage;
import io.nomen.store.Table;
import io.nomen.store.TableColumn;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** Tables of a finished run as files for other tools; always in the order of paths. */
public final class ExportJob {
  private ExportJob() {}

  /** Where one row of a table is. */
  private record Row(String path, int file, int row) {}

  /**
   * Embeddings as {@code npy} [n, d] float32, and their paths, one a line, in {@code npy} with its
   * ending replaced by {@code .txt}; a newline or backslash inside a path is written as {@code \n}
   * or {@code \\}.
   *
   * @param raw whether rows are multiplied by their norm
   * @return n
   */
  public static long npy(JobContext context, RunFolder folder, String npy, boolean raw) {
    Storage storage = context.storage();
    Table table = folder.table("embeddings");
    List<Row> rows = inPathOrder(storage, table);
    if (rows.isEmpty()) {
      throw NomenException.input("%s holds no embedding to export.".formatted(folder.uri()));
    }
    Embeddings embeddings = new Embeddings(storage, table);
    String target = storage.qualify(npy);
    try (NpyWriter writer =
            new NpyWriter(storage, target, rows.size(), embeddings.width(rows.get(0)));
        Progress.Step step = context.progress().begin("export", rows.size(), "rows")) {
      long done = 0;
      for (Row row : rows) {
        writer.write(embeddings.row(row, raw));
        step.done(++done);
      }
    }
    try (Writer paths = text(storage, target.replaceFirst("\\.npy$", "") + ".txt")) {
      for (Row row : rows) {
        paths.write(row.path().replace("\\", "\\\\").replace("\n", "\\n") + "\n");
      }
    } catch (IOException e) {
      throw cannotWrite(npy, e);
    }
    return rows.size();
  }

  /**
   * Assignments as CSV (RFC 4180) with the columns path, cluster, name, confidence.
   *
   * @return how many rows
   */
  public static long csv(JobContext context, RunFolder folder, String csv) {
    Storage storage = context.storage();
    Map<Integer, String> names = clusterNames(folder);
    Table table = folder.table("assignments");
    long written = 0;
    try (Writer out = text(storage, storage.qualify(csv))) {
      out.write("path,cluster,name,confidence\r\n");
      Columns columns = new Columns(storage, table);
      for (Row row : inPathOrder(storage, table)) {
        columns.open(row.file());
        int cluster = columns.clusters[row.row()];
        out.write(
            String.format(
                Locale.ROOT,
                "%s,%d,%s,%.6f\r\n",
                quoted(row.path()),
                cluster,
                quoted(names.get(cluster)),
                columns.confidence[row.row()]));
        written++;
      }
    } catch (IOException e) {
      throw cannotWrite(csv, e);
    }
    return written;
  }

  static Map<Integer, String> clusterNames(RunFolder folder) {
    Map<Integer, String> names = new HashMap<>();
    for (String uri : folder.table("clusters").uris()) {
      int[] clusters = new TableColumn(folder.storage(), uri, "cluster").ints();
      List<String> words = new TableColumn(folder.storage(), uri, "name").strings();
      IntStream.range(0, clusters.length).forEach(i -> names.put(clusters[i], words.get(i)));
    }
    return names;
  }

  private static List<Row> inPathOrder(Storage storage, Table table) {
    List<Row> rows = new ArrayList<>();
    for (int file = 0; file < table.files().size(); file++) {
      List<String> paths = new TableColumn(storage, table.uris().get(file), "path").strings();
      for (int row = 0; row < paths.size(); row++) {
        rows.add(new Row(paths.get(row), file, row));
      }
    }
    // Nearly always in order already, and then the sort is one pass.
    rows.sort(Comparator.comparing(Row::path));
    return rows;
  }

  private static String quoted(String field) {
    return field.matches("(?s).*[\",\r\n].*") ? '"' + field.replace("\"", "\"\"") + '"' : field;
  }

  private static Writer text(Storage storage, String uri) {
    return new BufferedWriter(
        new OutputStreamWriter(storage.create(uri), StandardCharsets.UTF_8), 1 << 16);
  }

  private static NomenException cannotWrite(String file, IOException e) {
    return NomenException.input("Cannot write %s: %s.".formatted(file, e.getMessage()), e);
  }

  /** The embedding files, one held open: rows come nearly in file order. */
  private static final class Embeddings {
    private final Storage storage;
    private final Table table;
    private int open = -1;
    private float[] values = {};
    private float[] norms = {};

    Embeddings(Storage storage, Table table) {
      this.storage = storage;
      this.table = table;
    }

    int width(Row any) {
      open(any.file());
      return values.length / norms.length;
    }

    float[] row(Row row, boolean raw) {
      open(row.file());
      int width = values.length / norms.length;
      float[] result = new float[width];
      float scale = raw ? norms[row.row()] : 1;
      for (int i = 0; i < width; i++) {
        result[i] = values[row.row() * width + i] * scale;
      }
      return result;
    }

    private void open(int file) {
      if (file != open) {
        String uri = table.uris().get(file);
        values = new TableColumn(storage, uri, "embedding").floats();
        norms = new TableColumn(storage, uri, "norm").floats();
        open = file;
      }
    }
  }

  private static final class Columns {
    private final Storage storage;
    private final Table table;
    private int open = -1;
    private int[] clusters = {};
    private float[] confidence = {};

    Columns(Storage storage, Table table) {
      this.storage = storage;
      this.table = table;
    }

    void open(int file) {
      if (file != open) {
        String uri = table.uris().get(file);
        clusters = new TableColumn(storage, uri, "cluster").ints();
        confidence = new TableColumn(storage, uri, "confidence").floats();
        open = file;
      }
    }
  }
}
