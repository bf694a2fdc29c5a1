package io.nomen.exchange;

import io.nomen.NomenException;
import io.nomen.Progress;
import io.nomen.run.EmbeddingTable;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.run.Table;
import io.nomen.run.TableColumn;
import io.nomen.store.Storage;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * The embeddings of a run in the order of their paths, whatever order the files have: so many rows
 * at a time that they fit into memory, each file opened once for them. Spark sorts the paths.
 */
final class PathOrder {
  private static final int NUMBERS_AT_ONCE = 1 << 25;

  /** So many paths are on the driver at a time. */
  private static final int PATHS_AT_ONCE = 100_000;

  private final Storage storage;
  private final Table table;
  private final JavaRDD<Row> rows;
  private final int width;

  /** Where one row of a table is. */
  private record Row(String path, String file, int row) implements Serializable {}

  /** Takes rows one after the other. */
  interface Receiver {
    /**
     * Takes one.
     *
     * @param values [d] unit row
     */
    void accept(String path, float[] values, float norm);
  }

  private PathOrder(Storage storage, Table table, JavaRDD<Row> rows, int width) {
    this.storage = storage;
    this.table = table;
    this.rows = rows;
    this.width = width;
  }

  static PathOrder of(JobContext context, RunFolder folder) {
    Storage storage = folder.storage();
    Table table = folder.snapshot().table("embeddings");
    if (table.totalRows() == 0) {
      throw NomenException.input("%s holds no embedding to export.".formatted(folder.uri()));
    }
    JavaRDD<Row> rows =
        table
            .onCluster(context.spark().get())
            .flatMapToPair(file -> rows(storage, file.uri()))
            .sortByKey(true, (int) (table.totalRows() / PATHS_AT_ONCE) + 1)
            .values();
    return new PathOrder(storage, table, rows, EmbeddingTable.width(storage, table));
  }

  private static Iterator<Tuple2<String, Row>> rows(Storage storage, String file) {
    List<String> paths = new TableColumn(storage, file, "path").strings();
    return IntStream.range(0, paths.size())
        .mapToObj(row -> new Tuple2<>(paths.get(row), new Row(paths.get(row), file, row)))
        .iterator();
  }

  long size() {
    return table.totalRows();
  }

  int width() {
    return width;
  }

  Iterable<String> paths() {
    return rows.map(Row::path)::toLocalIterator;
  }

  void each(Receiver receiver, Progress.Step step) {
    long[] done = {0};
    inParts(
        Math.max(1, NUMBERS_AT_ONCE / width),
        part -> {
          give(part, width, receiver);
          done[0] += part.size();
          step.done(done[0]);
        });
  }

  /** The same without the embeddings, in whose place nothing is. */
  void eachNorm(Receiver receiver) {
    inParts(PATHS_AT_ONCE, part -> give(part, 0, receiver));
  }

  private void inParts(int atOnce, Consumer<List<Row>> receiver) {
    Iterator<Row> all = rows.toLocalIterator();
    while (all.hasNext()) {
      List<Row> part = new ArrayList<>();
      while (all.hasNext() && part.size() < atOnce) {
        part.add(all.next());
      }
      receiver.accept(part);
    }
  }

  /**
   * Gives rows.
   *
   * @param columns of the embeddings that are read: all or none
   */
  private void give(List<Row> part, int columns, Receiver receiver) {
    float[] values = new float[part.size() * columns];
    float[] norms = new float[part.size()];
    Map<String, List<Integer>> byFile = new TreeMap<>();
    for (int i = 0; i < part.size(); i++) {
      byFile.computeIfAbsent(part.get(i).file(), file -> new ArrayList<>()).add(i);
    }
    byFile.forEach(
        (file, places) -> {
          float[] stored =
              columns == 0 ? values : new TableColumn(storage, file, "embedding").floats();
          float[] lengths = new TableColumn(storage, file, "norm").floats();
          for (int place : places) {
            int row = part.get(place).row();
            System.arraycopy(stored, row * columns, values, place * columns, columns);
            norms[place] = lengths[row];
          }
        });
    for (int i = 0; i < part.size(); i++) {
      float[] row = Arrays.copyOfRange(values, i * columns, (i + 1) * columns);
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
