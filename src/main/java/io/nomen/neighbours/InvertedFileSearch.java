package io.nomen.neighbours;

import io.nomen.Progress;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * Rows are gathered by cell, and every cell is compared with the cells whose centres are nearest to
 * its own: products of whole cells, instead of every row with cells of its own choice. Cells go
 * round in waves, as rows do in the exact search.
 */
final class InvertedFileSearch {
  private static final int ROWS_PER_PARTITION = 16_384;

  private final JavaSparkContext spark;
  private final RowBlocks matrix;
  private final int count;
  private final Search.InvertedFile search;

  InvertedFileSearch(
      JavaSparkContext spark, RowBlocks matrix, int count, Search.InvertedFile search) {
    this.spark = spark;
    this.matrix = matrix;
    this.count = count;
    this.search = search;
  }

  /** A row's place in its cell's shuffle. */
  private record Placed(int row, float[] values) implements Serializable {}

  NeighbourLists run(Progress.Step progress) {
    CellGrid grid = CellGrid.of(spark, matrix, search.cells());
    ProbeChoice choice = ProbeChoice.of(spark, matrix, grid, count, search.recall());
    List<Broadcast<?>> needed = new ArrayList<>();
    JavaRDD<Cell> cells = cells(grid, needed).persist(StorageLevel.MEMORY_AND_DISK());
    Broadcast<int[][]> probes = spark.broadcast(probes(grid, choice.nprobe()));
    needed.add(probes);
    int listed = count;
    JavaRDD<NearestRows> found = cells.map(c -> new NearestRows(c.rows().length, listed));
    long seen = 0;
    for (int[] range : waves(grid.sizes())) {
      Broadcast<List<Cell>> wave = spark.broadcast(collect(cells, range));
      needed.add(wave);
      JavaRDD<NearestRows> before = found;
      found =
          cells
              .zip(before)
              .map(f -> compare(f._1(), f._2(), wave.value(), probes.value()))
              .persist(StorageLevel.MEMORY_AND_DISK());
      found.count();
      before.unpersist(false);
      wave.unpersist(false);
      seen += grid.rowsIn(IntStream.range(range[0], range[1]).toArray());
      long total = BroadcastChunks.count(matrix.rows());
      progress.done(seen * total / matrix.rows());
    }
    JavaRDD<NeighbourBlock> lists =
        RowOrder.of(cells.zip(found), matrix, count).persist(StorageLevel.MEMORY_AND_DISK());
    lists.count();
    found.unpersist(false);
    cells.unpersist(false);
    NeighbourLists.Report report =
        new NeighbourLists.Report(
            "inverted-file",
            OptionalInt.of(grid.centres().rows()),
            OptionalInt.of(choice.nprobe()),
            choice.recall(),
            OptionalInt.of(choice.sample()));
    return new NeighbourLists(lists, matrix.rows(), count, report, needed);
  }

  private JavaRDD<Cell> cells(CellGrid grid, List<Broadcast<?>> needed) {
    Broadcast<int[]> cellOf = spark.broadcast(grid.cellOf());
    needed.add(cellOf);
    int width = matrix.width();
    int partitions = Math.toIntExact(matrix.rows() / ROWS_PER_PARTITION + 1);
    return matrix
        .blocks()
        .flatMapToPair(block -> placed(block, cellOf.value()).iterator())
        .groupByKey(new HashPartitioner(partitions))
        .map(group -> cell(group._1(), group._2(), width));
  }

  private static List<Tuple2<Integer, Placed>> placed(RowBlock block, int[] cellOf) {
    List<Tuple2<Integer, Placed>> placed = new ArrayList<>();
    int width = block.width();
    for (int i = 0; i < block.rows(); i++) {
      int row = Math.toIntExact(block.firstRow() + i);
      float[] values = Arrays.copyOfRange(block.values(), i * width, (i + 1) * width);
      placed.add(new Tuple2<>(cellOf[row], new Placed(row, values)));
    }
    return placed;
  }

  /** The cell's rows in their own order, whatever order the shuffle brought them in. */
  private static Cell cell(int id, Iterable<Placed> members, int width) {
    List<Placed> sorted = new ArrayList<>();
    members.forEach(sorted::add);
    sorted.sort(Comparator.comparingInt(Placed::row));
    float[] values = new float[sorted.size() * width];
    for (int i = 0; i < sorted.size(); i++) {
      System.arraycopy(sorted.get(i).values(), 0, values, i * width, width);
    }
    return new Cell(id, sorted.stream().mapToInt(Placed::row).toArray(), width, values);
  }

  /**
   * The cells that each cell is compared with; more than asked for where they hold too few rows.
   */
  private int[][] probes(CellGrid grid, int nprobe) {
    int cells = grid.centres().rows();
    int[][] probes = grid.nearest(IntStream.range(0, cells).toArray());
    for (int cell = 0; cell < cells; cell++) {
      int taken = Math.min(nprobe, cells);
      while (taken < cells && grid.rowsIn(Arrays.copyOf(probes[cell], taken)) <= count) {
        taken++;
      }
      probes[cell] = Arrays.copyOf(probes[cell], taken);
      Arrays.sort(probes[cell]);
    }
    return probes;
  }

  /** Ranges of cell numbers, from and to, with at most a wave's rows each. */
  private static List<int[]> waves(int[] sizes) {
    List<int[]> waves = new ArrayList<>();
    int from = 0;
    long rows = 0;
    for (int cell = 0; cell < sizes.length; cell++) {
      if (rows + sizes[cell] > BroadcastChunks.ROWS && cell > from) {
        waves.add(new int[] {from, cell});
        from = cell;
        rows = 0;
      }
      rows += sizes[cell];
    }
    waves.add(new int[] {from, sizes.length});
    return waves;
  }

  private static List<Cell> collect(JavaRDD<Cell> cells, int[] range) {
    List<Cell> wave =
        new ArrayList<>(cells.filter(c -> c.id() >= range[0] && c.id() < range[1]).collect());
    wave.sort(Comparator.comparingInt(Cell::id));
    return wave;
  }

  private static NearestRows compare(
      Cell queries, NearestRows before, List<Cell> wave, int[][] probes) {
    int[] wanted = probes[queries.id()];
    NearestRows nearest = before.copy();
    int[] own = queries.rows();
    try (BlockProducts products = new BlockProducts(queries.block())) {
      for (Cell cell : wave) {
        if (Arrays.binarySearch(wanted, cell.id()) >= 0) {
          products.compare(
              cell.values(),
              (query, first, similarities, rows) ->
                  nearest.offer(query, own[query], cell.rows(), first, similarities, rows));
        }
      }
    }
    return nearest;
  }
}
