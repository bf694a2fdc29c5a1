package io.nomen.ml;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.UnitRows.UnitRow;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * The rows of a dataset as matrices on the cluster, numbered in the dataset's order and cut into
 * blocks and partitions by these numbers alone: the dataset's own partitions decide nothing.
 *
 * <p>Rows without an embedding, or with one that has no direction (zeros, NaN, infinity), are left
 * out and counted.
 */
final class FeatureRows implements AutoCloseable {
  private static final int BLOCKS_PER_PARTITION = 4;

  /** A row whose length is this near to 1 is a unit row, and stays as it is to the last digit. */
  private static final double UNIT_TOLERANCE = 1e-6;

  private final JavaRDD<Part> parts;
  private final long rows;
  private final long leftOut;
  private final int width;
  private final int secondWidth;

  /**
   * Consecutive rows.
   *
   * @param firstRow number of the first one; within its partition until all are counted
   * @param carried [n] what else is known of each row; empty where nothing is asked for
   */
  private record Part(
      long firstRow,
      int rows,
      float[] unit,
      float[] norms,
      float[] second,
      float[] secondNorms,
      Object[] carried,
      long leftOut)
      implements Serializable {

    Part at(long row) {
      return new Part(row, rows, unit, norms, second, secondNorms, carried, leftOut);
    }

    /** Rows {@code from} to {@code to} of this part. */
    Part cut(int from, int to) {
      return new Part(
          firstRow + from,
          to - from,
          cut(unit, from, to),
          Arrays.copyOfRange(norms, from, to),
          cut(second, from, to),
          Arrays.copyOfRange(
              secondNorms, second.length == 0 ? 0 : from, second.length == 0 ? 0 : to),
          carried.length == 0 ? carried : Arrays.copyOfRange(carried, from, to),
          0);
    }

    private float[] cut(float[] values, int from, int to) {
      int width = values.length / rows;
      return Arrays.copyOfRange(values, from * width, to * width);
    }
  }

  /** What is counted of one partition. */
  private record Count(long rows, long leftOut, int width, int secondWidth)
      implements Serializable {}

  private FeatureRows(JavaRDD<Part> parts, List<Count> counts) {
    this.parts = parts;
    this.rows = counts.stream().mapToLong(Count::rows).sum();
    this.leftOut = counts.stream().mapToLong(Count::leftOut).sum();
    this.width = counts.stream().mapToInt(Count::width).max().orElse(0);
    this.secondWidth = counts.stream().mapToInt(Count::secondWidth).max().orElse(0);
  }

  /**
   * Reads a dataset once.
   *
   * @param second a second column of embeddings, by another model
   * @param carried a column to keep beside the rows; where its cell is null the row is left out
   * @throws NomenException where embeddings are of several widths, or there is none
   */
  static FeatureRows of(
      Dataset<?> dataset, String features, Optional<String> second, Optional<String> carried) {
    List<Column> columns = new ArrayList<>(List.of(Columns.named(dataset, features)));
    second.ifPresent(name -> columns.add(Columns.named(dataset, name)));
    carried.ifPresent(name -> columns.add(Columns.named(dataset, name)));
    int secondAt = second.isPresent() ? 1 : -1;
    int carriedAt = carried.isPresent() ? columns.size() - 1 : -1;
    JavaRDD<Part> found =
        dataset
            .select(columns.toArray(Column[]::new))
            .javaRDD()
            .mapPartitions(rows -> new Reader(rows, features, secondAt, carriedAt))
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      List<Count> counts = found.mapPartitions(FeatureRows::count).collect();
      requireOneWidth(counts.stream().mapToInt(Count::width), features);
      requireOneWidth(counts.stream().mapToInt(Count::secondWidth), second.orElse(""));
      long[] first = new long[counts.size()];
      for (int p = 1; p < first.length; p++) {
        first[p] = first[p - 1] + counts.get(p - 1).rows();
      }
      FeatureRows numbered = new FeatureRows(numbered(found, first, counts), counts);
      if (numbered.rows == 0) {
        throw NomenException.input(
            RootLocale.format(
                "Column %s holds no embedding that can be used (%,d rows were looked at); look at"
                    + " the status column of what made it.",
                features, numbered.leftOut));
      }
      long unused = numbered.parts.count();
      return numbered;
    } finally {
      found.unpersist();
    }
  }

  private static void requireOneWidth(java.util.stream.IntStream widths, String column) {
    int[] found = widths.filter(width -> width > 0).distinct().sorted().toArray();
    if (found.length > 1) {
      throw NomenException.input(
          "Column %s holds embeddings of %d and of %d numbers; all must have as many: use one model for all rows."
              .formatted(column, found[0], found[1]));
    }
  }

  private static Iterator<Count> count(Iterator<Part> parts) {
    long rows = 0;
    long leftOut = 0;
    int width = 0;
    int secondWidth = 0;
    while (parts.hasNext()) {
      Part part = parts.next();
      rows += part.rows();
      leftOut += part.leftOut();
      width = part.rows() == 0 ? width : part.unit().length / part.rows();
      secondWidth = part.rows() == 0 ? secondWidth : part.second().length / part.rows();
    }
    return List.of(new Count(rows, leftOut, width, secondWidth)).iterator();
  }

  /** The same rows by their numbers, in blocks and partitions of whole numbers of blocks. */
  private static JavaRDD<Part> numbered(JavaRDD<Part> found, long[] first, List<Count> counts) {
    long rows = counts.stream().mapToLong(Count::rows).sum();
    int blocks = (int) ((rows + RowBlocks.ROWS_PER_BLOCK - 1) / RowBlocks.ROWS_PER_BLOCK);
    int partitions = Math.max(1, (blocks + BLOCKS_PER_PARTITION - 1) / BLOCKS_PER_PARTITION);
    return found
        .mapPartitionsWithIndex(
            (partition, parts) -> pieces(parts, first[partition]).iterator(), true)
        .mapToPair(piece -> new Tuple2<>(piece.firstRow(), piece))
        .repartitionAndSortWithinPartitions(
            new ByBlock(partitions, (long) RowBlocks.ROWS_PER_BLOCK * BLOCKS_PER_PARTITION))
        .values()
        .mapPartitions(Joined::new)
        .persist(StorageLevel.MEMORY_AND_DISK());
  }

  private static List<Part> pieces(Iterator<Part> parts, long first) {
    List<Part> pieces = new ArrayList<>();
    while (parts.hasNext()) {
      Part part = parts.next();
      Part there = part.at(first + part.firstRow());
      int from = 0;
      while (from < part.rows()) {
        long inBlock = (there.firstRow() + from) % RowBlocks.ROWS_PER_BLOCK;
        int to = (int) Math.min(part.rows(), from + RowBlocks.ROWS_PER_BLOCK - inBlock);
        pieces.add(there.cut(from, to));
        from = to;
      }
    }
    return pieces;
  }

  /** Rows that go to a partition for their numbers. */
  private static final class ByBlock extends Partitioner {
    private static final long serialVersionUID = 1L;

    private final int partitions;
    private final long rowsPerPartition;

    ByBlock(int partitions, long rowsPerPartition) {
      this.partitions = partitions;
      this.rowsPerPartition = rowsPerPartition;
    }

    @Override
    public int numPartitions() {
      return partitions;
    }

    @Override
    public int getPartition(Object row) {
      return (int) ((Long) row / rowsPerPartition);
    }
  }

  /** Pieces in the order of their rows, put together to whole blocks. */
  private static final class Joined implements Iterator<Part> {
    private final Iterator<Part> pieces;
    private Optional<Part> next = Optional.empty();

    Joined(Iterator<Part> pieces) {
      this.pieces = pieces;
    }

    @Override
    public boolean hasNext() {
      return next.isPresent() || pieces.hasNext();
    }

    @Override
    public Part next() {
      List<Part> block = new ArrayList<>(List.of(next.orElseGet(pieces::next)));
      next = Optional.empty();
      long number = block.get(0).firstRow() / RowBlocks.ROWS_PER_BLOCK;
      while (pieces.hasNext()) {
        Part piece = pieces.next();
        if (piece.firstRow() / RowBlocks.ROWS_PER_BLOCK != number) {
          next = Optional.of(piece);
          break;
        }
        block.add(piece);
      }
      return block.size() == 1 ? block.get(0) : join(block);
    }

    private static Part join(List<Part> block) {
      int rows = block.stream().mapToInt(Part::rows).sum();
      return new Part(
          block.get(0).firstRow(),
          rows,
          concat(block.stream().map(Part::unit).toList()),
          concat(block.stream().map(Part::norms).toList()),
          concat(block.stream().map(Part::second).toList()),
          concat(block.stream().map(Part::secondNorms).toList()),
          block.stream().flatMap(part -> Arrays.stream(part.carried())).toArray(),
          0);
    }

    private static float[] concat(List<float[]> arrays) {
      float[] all = new float[arrays.stream().mapToInt(a -> a.length).sum()];
      int at = 0;
      for (float[] array : arrays) {
        System.arraycopy(array, 0, all, at, array.length);
        at += array.length;
      }
      return all;
    }
  }

  /** Rows of a dataset to parts, a block's worth at a time. */
  private static final class Reader implements Iterator<Part> {
    private final Iterator<Row> rows;
    private final String column;
    private final int secondAt;
    private final int carriedAt;
    private long row;
    private boolean begun;

    Reader(Iterator<Row> rows, String column, int secondAt, int carriedAt) {
      this.rows = rows;
      this.column = column;
      this.secondAt = secondAt;
      this.carriedAt = carriedAt;
    }

    @Override
    public boolean hasNext() {
      // Also an empty partition is counted.
      return !begun || rows.hasNext();
    }

    @Override
    public Part next() {
      begun = true;
      List<UnitRow> units = new ArrayList<>();
      List<UnitRow> seconds = new ArrayList<>();
      List<Object> carried = new ArrayList<>();
      long leftOut = 0;
      while (units.size() < RowBlocks.ROWS_PER_BLOCK && rows.hasNext()) {
        Row cells = rows.next();
        Optional<UnitRow> unit = unit(cells, 0);
        Optional<UnitRow> other = secondAt < 0 ? Optional.empty() : unit(cells, secondAt);
        boolean whole =
            unit.isPresent()
                && (secondAt < 0 || other.isPresent())
                && (carriedAt < 0 || !cells.isNullAt(carriedAt));
        if (whole) {
          units.add(unit.get());
          other.ifPresent(seconds::add);
          carried.addAll(carriedAt < 0 ? List.of() : List.of(cells.get(carriedAt)));
        } else {
          leftOut++;
        }
      }
      Part part =
          new Part(
              row,
              units.size(),
              values(units),
              norms(units),
              values(seconds),
              norms(seconds),
              carried.toArray(),
              leftOut);
      row += units.size();
      return part;
    }

    private static Optional<UnitRow> unit(Row cells, int column) {
      return cells.isNullAt(column)
          ? Optional.empty()
          : Optional.of(FeatureRows.unit(Columns.floats(cells, column)))
              .filter(unit -> unit.problem().isEmpty());
    }

    private float[] values(List<UnitRow> units) {
      if (units.isEmpty()) {
        return new float[0];
      }
      int width = units.get(0).values().orElseThrow().length;
      float[] values = new float[units.size() * width];
      for (int i = 0; i < units.size(); i++) {
        float[] unit = units.get(i).values().orElseThrow();
        requireOneWidth(java.util.stream.IntStream.of(width, unit.length), column);
        System.arraycopy(unit, 0, values, i * width, width);
      }
      return values;
    }

    private static float[] norms(List<UnitRow> units) {
      float[] norms = new float[units.size()];
      for (int i = 0; i < norms.length; i++) {
        norms[i] = units.get(i).norm();
      }
      return norms;
    }
  }

  /** An embedding as a unit row; one that is so near to a unit that it was made one stays as is. */
  static UnitRow unit(float[] values) {
    UnitRow unit = UnitRow.of(values, 0, values.length);
    return Math.abs(unit.norm() - 1) < UNIT_TOLERANCE
        ? new UnitRow(Optional.of(values), 1, Optional.empty())
        : unit;
  }

  long rows() {
    return rows;
  }

  /** Rows that have no embedding that can be used. */
  long leftOut() {
    return leftOut;
  }

  /** [N, d] float32, unit rows. */
  RowBlocks embeddings() {
    return new RowBlocks(
        parts.map(p -> new RowBlock(p.firstRow(), p.rows(), p.unit().length / p.rows(), p.unit())),
        rows,
        width);
  }

  /** [N, 1]: how long each embedding was. */
  RowBlocks norms() {
    return new RowBlocks(
        parts.map(p -> new RowBlock(p.firstRow(), p.rows(), 1, p.norms())), rows, 1);
  }

  /** [N, d₂] unit rows of the second column. */
  RowBlocks second() {
    return new RowBlocks(
        parts.map(
            p -> new RowBlock(p.firstRow(), p.rows(), p.second().length / p.rows(), p.second())),
        rows,
        secondWidth);
  }

  RowBlocks secondNorms() {
    return new RowBlocks(
        parts.map(p -> new RowBlock(p.firstRow(), p.rows(), 1, p.secondNorms())), rows, 1);
  }

  /** What was carried, beside each row's number. */
  JavaRDD<Tuple2<Long, Object>> carried() {
    return parts.flatMap(
        p ->
            LongStream.range(0, p.carried().length)
                .mapToObj(i -> new Tuple2<>(p.firstRow() + i, p.carried()[(int) i]))
                .iterator());
  }

  /**
   * What was carried as the rows' clusters, in the same blocks; confidences are 0.
   *
   * @param numbers the cluster of each value
   */
  JavaRDD<AssignmentBlock> assignments(Map<Object, Integer> numbers) {
    return parts.map(
        part -> {
          int[] own = Arrays.stream(part.carried()).mapToInt(numbers::get).toArray();
          float[] none = new float[own.length];
          return new AssignmentBlock(part.firstRow(), own, none, own, none);
        });
  }

  /** What was carried beside some rows, as text. */
  Map<Long, String> carriedBeside(long[] wanted) {
    long[] sorted = LongStream.of(wanted).sorted().toArray();
    Map<Long, String> found = new HashMap<>();
    carried()
        .filter(pair -> Arrays.binarySearch(sorted, pair._1()) >= 0)
        .collect()
        .forEach(pair -> found.put(pair._1(), String.valueOf(pair._2())));
    return found;
  }

  @Override
  public void close() {
    parts.unpersist();
  }
}
