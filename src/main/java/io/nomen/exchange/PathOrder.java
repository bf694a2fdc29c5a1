package io.nomen.exchange;

import io.nomen.NomenException;
import io.nomen.Progress;
import io.nomen.run.RunFolder;
import io.nomen.run.Table;
import io.nomen.run.TableColumn;
import io.nomen.store.Storage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The embeddings of a run in the order of their paths, whatever order the files have: so many rows
 * at a time that they fit into memory, each file opened once for them.
 */
final class PathOrder {
  private static final int NUMBERS_AT_ONCE = 1 << 25;

  private final Storage storage;
  private final Table table;
  private final List<Row> rows;
  private final int width;

  /** Where one row of a table is. */
  private record Row(String path, int file, int row) {}

  /** Takes rows one after the other. */
  interface Receiver {
    /**
     * Takes one.
     *
     * @param values [d] unit row
     */
    void accept(String path, float[] values, float norm);
  }

  private PathOrder(Storage storage, Table table, List<Row> rows, int width) {
    this.storage = storage;
    this.table = table;
    this.rows = rows;
    this.width = width;
  }

  static PathOrder of(RunFolder folder) {
    Storage storage = folder.storage();
    Table table = folder.snapshot().table("embeddings");
    List<Row> rows = new ArrayList<>();
    List<List<String>> paths =
        table.eachFile(uri -> new TableColumn(storage, uri, "path").strings());
    for (int file = 0; file < paths.size(); file++) {
      for (int row = 0; row < paths.get(file).size(); row++) {
        rows.add(new Row(paths.get(file).get(row), file, row));
      }
    }
    if (rows.isEmpty()) {
      throw NomenException.input("%s holds no embedding to export.".formatted(folder.uri()));
    }
    // Nearly always in order already, and then the sort is one pass.
    rows.sort(Comparator.comparing(Row::path));
    int first = rows.get(0).file();
    int width =
        new TableColumn(storage, table.uris().get(first), "embedding").floats().length
            / Math.toIntExact(table.rows().get(first));
    return new PathOrder(storage, table, rows, width);
  }

  int size() {
    return rows.size();
  }

  int width() {
    return width;
  }

  Iterable<String> paths() {
    return () -> rows.stream().map(Row::path).iterator();
  }

  void each(Receiver receiver, Progress.Step step) {
    int atOnce = Math.max(1, NUMBERS_AT_ONCE / width);
    for (int from = 0; from < rows.size(); from += atOnce) {
      List<Row> part = rows.subList(from, Math.min(rows.size(), from + atOnce));
      give(part, receiver);
      step.done(from + part.size());
    }
  }

  private void give(List<Row> part, Receiver receiver) {
    float[] values = new float[part.size() * width];
    float[] norms = new float[part.size()];
    Map<Integer, List<Integer>> byFile = new TreeMap<>();
    for (int i = 0; i < part.size(); i++) {
      byFile.computeIfAbsent(part.get(i).file(), file -> new ArrayList<>()).add(i);
    }
    byFile.forEach(
        (file, places) -> {
          String uri = table.uris().get(file);
          float[] stored = new TableColumn(storage, uri, "embedding").floats();
          float[] lengths = new TableColumn(storage, uri, "norm").floats();
          for (int place : places) {
            int row = part.get(place).row();
            System.arraycopy(stored, row * width, values, place * width, width);
            norms[place] = lengths[row];
          }
        });
    for (int i = 0; i < part.size(); i++) {
      float[] row = new float[width];
      System.arraycopy(values, i * width, row, 0, width);
      receiver.accept(part.get(i).path(), row, norms[i]);
    }
  }

  /** The row with the length that it had. */
  static float[] scaled(float[] values, float norm) {
    float[] scaled = new float[values.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = values[i] * norm;
    }
    return scaled;
  }
}
