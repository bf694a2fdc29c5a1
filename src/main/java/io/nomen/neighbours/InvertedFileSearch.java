package io.nomen.neighbours;

import io.nomen.Progress;
import io.nomen.neighbours.NeighbourLists.NeighbourBlock;
import io.nomen.neighbours.Neighbours.Search;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
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

  /**
   * The rows of one cell of an inverted file.
   *
   * @param id the cell's number
   * @param rows their numbers in the whole matrix, rising
   * @param width d
   * @param values [n, d] the rows themselves
   */
  private record Cell(int id, int[] rows, int width, float[] values) implements Serializable {

    /** The rows as a block; its row numbers mean nothing. */
    RowBlock block() {
      return new RowBlock(0, rows.length, width, values);
    }
  }

  /**
   * How many cells must be searched for a recall: some rows are compared with all, and the cells in
   * which their true neighbours are tell it for every number of cells at once.
   *
   * @param nprobe the smallest number of cells that reaches the recall
   * @param recall the share of true neighbours in so many cells
   * @param sample rows that were compared with all
   */
  private record ProbeChoice(int nprobe, double recall, int sample) {
    private static final int SAMPLE = 512;

    static ProbeChoice of(
        JavaSparkContext spark, RowBlocks matrix, CellGrid grid, int count, double wanted) {
      int sample = (int) Math.min(SAMPLE, matrix.rows());
      long[] rows =
          LongStream.range(0, sample)
              .map(i -> RowSample.evenRow(i, matrix.rows(), sample))
              .toArray();
      float[] queries = RowSample.even(matrix, sample).collect();
      NeighbourBlock lists =
          exact(spark, matrix, new Matrix(sample, matrix.width(), queries), count);
      int[] own = Arrays.stream(rows).mapToInt(row -> grid.cellOf()[(int) row]).toArray();
      int[][] orders = grid.nearest(own);
      long[] foundAt = new long[grid.centres().rows()];
      for (int i = 0; i < sample; i++) {
        int[] rank = ranks(orders[i]);
        for (int n = 0; n < lists.count(); n++) {
          int neighbour = lists.neighbours()[i * lists.count() + n];
          if (neighbour != rows[i]) {
            foundAt[rank[grid.cellOf()[neighbour]]]++;
          }
        }
      }
      return smallest(foundAt, wanted, sample);
    }

    private static ProbeChoice smallest(long[] foundAt, double wanted, int sample) {
      long all = Arrays.stream(foundAt).sum();
      long found = 0;
      for (int cells = 1; cells <= foundAt.length; cells++) {
        found += foundAt[cells - 1];
        if (found >= wanted * all || cells == foundAt.length) {
          return new ProbeChoice(cells, (double) found / Math.max(1, all), sample);
        }
      }
      throw new IllegalStateException("an inverted file without cells");
    }

    /** The nearest rows of {@code sample}, each of which is among its own. */
    private static NeighbourBlock exact(
        JavaSparkContext spark, RowBlocks matrix, Matrix sample, int count) {
      RowBlock queries =
          new RowBlock(matrix.rows(), sample.rows(), sample.width(), sample.values());
      Broadcast<RowBlock> shared = spark.broadcast(queries);
      int asked = (int) Math.min(count + 1L, matrix.rows());
      NearestRows nearest =
          matrix
              .blocks()
              .map(block -> compare(shared.value(), block, asked))
              .treeReduce(NearestRows::merge);
      shared.destroy();
      return nearest.sorted(0);
    }

    private static NearestRows compare(RowBlock queries, RowBlock keys, int count) {
      NearestRows nearest = new NearestRows(queries.rows(), count);
      try (BlockProducts products = new BlockProducts(queries)) {
        nearest.offerAll(queries, products, keys.values(), keys.firstRow());
      }
      return nearest;
    }

    private static int[] ranks(int[] order) {
      int[] ranks = new int[order.length];
      for (int i = 0; i < order.length; i++) {
        ranks[order[i]] = i;
      }
      return ranks;
    }
  }

  /** Brings lists that were found cell by cell back into the order and cut of the matrix. */
  private static final class RowOrder {
    /** One row's list on its way back to the row's block. */
    private record RowList(long row, int[] neighbours, float[] similarities)
        implements Serializable {}

    /** A block of the matrix without its rows. */
    private record Place(int partition, int position, long firstRow, int rows)
        implements Serializable {}

    /** The lists that cells have found, cut like {@code matrix}, {@code count} rows each. */
    static JavaRDD<NeighbourBlock> of(
        JavaPairRDD<Cell, NearestRows> found, RowBlocks matrix, int count) {
      List<Place> places =
          matrix.blocks().mapPartitionsWithIndex(RowOrder::places, false).collect();
      long[] firstRows = places.stream().mapToLong(Place::firstRow).toArray();
      int[] partitionOf = places.stream().mapToInt(Place::partition).toArray();
      int partitions = matrix.blocks().getNumPartitions();
      return found
          .flatMapToPair(f -> rowLists(f._1(), f._2(), firstRows, partitionOf).iterator())
          .partitionBy(new HashPartitioner(partitions))
          .mapPartitionsWithIndex(
              (partition, lists) -> {
                List<RowList> all = new ArrayList<>();
                lists.forEachRemaining(pair -> all.add(pair._2()));
                all.sort(Comparator.comparingLong(RowList::row));
                return blocks(all, places, partition, count).iterator();
              },
              false);
    }

    private static Iterator<Place> places(int partition, Iterator<RowBlock> blocks) {
      List<Place> places = new ArrayList<>();
      blocks.forEachRemaining(
          b -> places.add(new Place(partition, places.size(), b.firstRow(), b.rows())));
      return places.iterator();
    }

    /** Every row's list, keyed by the partition of its block; the key is its own hash. */
    private static List<Tuple2<Integer, RowList>> rowLists(
        Cell cell, NearestRows found, long[] firstRows, int[] partitionOf) {
      NeighbourBlock sorted = found.sorted(0);
      List<Tuple2<Integer, RowList>> lists = new ArrayList<>();
      for (int i = 0; i < sorted.rows(); i++) {
        int row = cell.rows()[i];
        int at = Arrays.binarySearch(firstRows, row);
        int block = at >= 0 ? at : -at - 2;
        int from = i * sorted.count();
        int to = from + sorted.count();
        lists.add(
            new Tuple2<>(
                partitionOf[block],
                new RowList(
                    row,
                    Arrays.copyOfRange(sorted.neighbours(), from, to),
                    Arrays.copyOfRange(sorted.similarities(), from, to))));
      }
      return lists;
    }

    private static List<NeighbourBlock> blocks(
        List<RowList> lists, List<Place> places, int partition, int count) {
      List<NeighbourBlock> blocks = new ArrayList<>();
      int next = 0;
      for (Place place : places) {
        if (place.partition() == partition) {
          int[] neighbours = new int[place.rows() * count];
          float[] similarities = new float[place.rows() * count];
          for (int i = 0; i < place.rows(); i++) {
            RowList list = lists.get(next++);
            System.arraycopy(list.neighbours(), 0, neighbours, i * count, count);
            System.arraycopy(list.similarities(), 0, similarities, i * count, count);
          }
          blocks.add(
              new NeighbourBlock(place.firstRow(), place.rows(), count, neighbours, similarities));
        }
      }
      return blocks;
    }
  }
}
