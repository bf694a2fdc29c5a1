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
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
 * round in waves, as rows do in the exact search. A cell of more than a quarter of a wave is cut
 * into parts: where many images are alike (one placeholder for all that were not to be had), one
 * cell may hold millions.
 */
final class InvertedFileSearch {
  private static final int ROWS_PER_PARTITION = 16_384;
  private static final int PARTS_PER_WAVE = 4;

  private final JavaSparkContext spark;
  private final RowBlocks matrix;
  private final int count;
  private final Search.InvertedFile search;
  private final int rowsPerWave;

  InvertedFileSearch(
      JavaSparkContext spark,
      RowBlocks matrix,
      int count,
      Search.InvertedFile search,
      int rowsPerWave) {
    this.spark = spark;
    this.matrix = matrix;
    this.count = count;
    this.search = search;
    this.rowsPerWave = rowsPerWave;
  }

  NeighbourLists run(Progress.Step progress) {
    try (CellGrid grid = CellGrid.of(spark, matrix, search.cells())) {
      return run(grid, progress);
    }
  }

  private NeighbourLists run(CellGrid grid, Progress.Step progress) {
    ProbeChoice choice = ProbeChoice.of(spark, matrix, grid, count, search.recall());
    CellParts parts = CellParts.of(grid.sizes(), Math.max(1, rowsPerWave / PARTS_PER_WAVE));
    List<Broadcast<?>> needed = new ArrayList<>();
    JavaRDD<CellPart> cells = gathered(grid, parts, needed).persist(StorageLevel.MEMORY_AND_DISK());
    Broadcast<int[][]> probes = spark.broadcast(probes(grid, choice.nprobe()));
    needed.add(probes);
    int listed = count;
    long rows = matrix.rows();
    WaveState<NearestRows> found =
        new WaveState<>(cells.map(c -> new NearestRows(c.rows().length, listed)));
    long total = BroadcastChunks.count(matrix.rows(), rowsPerWave);
    long seen = 0;
    for (int[] range : parts.waves(rowsPerWave)) {
      Broadcast<List<CellPart>> wave = spark.broadcast(collect(cells, range));
      found.advance(
          wave,
          cells
              .zip(found.current())
              .map(f -> compare(f._1(), f._2(), wave.value(), probes.value(), rows)));
      seen += range[2];
      progress.done(seen * total / matrix.rows());
    }
    JavaRDD<NeighbourBlock> lists =
        RowOrder.of(cells.zip(found.current()), matrix, count)
            .persist(StorageLevel.MEMORY_AND_DISK());
    lists.count();
    found.release();
    cells.unpersist(false);
    needed.addAll(found.needed());
    NeighbourLists.Report report =
        new NeighbourLists.Report(
            "inverted-file",
            OptionalInt.of(grid.centres().rows()),
            OptionalInt.of(choice.nprobe()),
            choice.recall(),
            OptionalInt.of(choice.sample()));
    return new NeighbourLists(lists, matrix.rows(), count, report, needed);
  }

  /**
   * How cells are cut into parts. A row's part follows from its number by a hash, so that nobody
   * needs to know which rows are before it; parts of a cell are about equal.
   *
   * @param firsts [cells + 1] the number of each cell's first part, and behind the last
   * @param sizes [cells]
   */
  record CellParts(int[] firsts, int[] sizes) implements Serializable {
    static CellParts of(int[] sizes, int most) {
      int[] firsts = new int[sizes.length + 1];
      for (int cell = 0; cell < sizes.length; cell++) {
        firsts[cell + 1] = firsts[cell] + Math.max(1, (sizes[cell] + most - 1) / most);
      }
      return new CellParts(firsts, sizes);
    }

    /** The part that holds {@code row} of {@code cell}. */
    int part(int cell, int row) {
      int parts = firsts[cell + 1] - firsts[cell];
      // Fibonacci hashing: consecutive rows fall into different parts.
      return firsts[cell] + (int) ((((row * 0x9e3779b9L) & 0xffffffffL) * parts) >>> 32);
    }

    /** Parts from, to and about how many rows they have: at most a wave's, or one part. */
    List<int[]> waves(int most) {
      List<int[]> waves = new ArrayList<>();
      int[] wave = {0, 0, 0};
      for (int cell = 0; cell < sizes.length; cell++) {
        long parts = (long) firsts[cell + 1] - firsts[cell];
        for (long i = 0; i < parts; i++) {
          int rows = (int) ((sizes[cell] * (i + 1)) / parts - (sizes[cell] * i) / parts);
          if (wave[2] + rows > most && wave[1] > wave[0]) {
            waves.add(wave);
            wave = new int[] {wave[1], wave[1], 0};
          }
          wave[1]++;
          wave[2] += rows;
        }
      }
      waves.add(wave);
      return waves;
    }
  }

  /** A row's place in the shuffle of its cell's part. */
  private record Placed(int cell, int row, float[] values) implements Serializable {}

  private JavaRDD<CellPart> gathered(CellGrid grid, CellParts parts, List<Broadcast<?>> needed) {
    Broadcast<CellParts> shared = spark.broadcast(parts);
    needed.add(shared);
    int width = matrix.width();
    int partitions = Math.toIntExact(matrix.rows() / ROWS_PER_PARTITION + 1);
    return matrix
        .blocks()
        .zip(grid.assigned())
        .flatMapToPair(pair -> placed(pair._1(), pair._2().cells(), shared.value()).iterator())
        .groupByKey(new HashPartitioner(partitions))
        .map(group -> part(group._1(), group._2(), width));
  }

  private static List<Tuple2<Integer, Placed>> placed(
      RowBlock block, int[] cells, CellParts parts) {
    List<Tuple2<Integer, Placed>> placed = new ArrayList<>();
    int width = block.width();
    for (int i = 0; i < block.rows(); i++) {
      int row = Math.toIntExact(block.firstRow() + i);
      float[] values = Arrays.copyOfRange(block.values(), i * width, (i + 1) * width);
      placed.add(new Tuple2<>(parts.part(cells[i], row), new Placed(cells[i], row, values)));
    }
    return placed;
  }

  /** The part's rows in their own order, whatever order the shuffle brought them in. */
  private static CellPart part(int id, Iterable<Placed> members, int width) {
    List<Placed> sorted = new ArrayList<>();
    members.forEach(sorted::add);
    sorted.sort(Comparator.comparingInt(Placed::row));
    float[] values = new float[Math.multiplyExact(sorted.size(), width)];
    for (int i = 0; i < sorted.size(); i++) {
      System.arraycopy(sorted.get(i).values(), 0, values, i * width, width);
    }
    int[] rows = sorted.stream().mapToInt(Placed::row).toArray();
    return new CellPart(id, sorted.get(0).cell(), rows, width, values);
  }

  /**
   * The cells that each cell is compared with; more than asked for where they hold too few rows.
   */
  private int[][] probes(CellGrid grid, int nprobe) {
    int cells = grid.centres().rows();
    int[][] probes = grid.nearest(IntStream.range(0, cells).toArray(), nprobe);
    for (int cell = 0; cell < cells; cell++) {
      if (grid.rowsIn(probes[cell]) <= count) {
        int[] all = grid.nearest(new int[] {cell}, cells)[0];
        int taken = probes[cell].length;
        long rows = grid.rowsIn(probes[cell]);
        while (taken < cells && rows <= count) {
          rows += grid.sizes()[all[taken++]];
        }
        probes[cell] = Arrays.copyOf(all, taken);
      }
      Arrays.sort(probes[cell]);
    }
    return probes;
  }

  /** The parts of a wave, from the partitions that hold them alone. */
  private static List<CellPart> collect(JavaRDD<CellPart> cells, int[] range) {
    HashPartitioner partitioner = new HashPartitioner(cells.getNumPartitions());
    int[] holding =
        IntStream.range(range[0], range[1])
            .map(partitioner::getPartition)
            .sorted()
            .distinct()
            .toArray();
    return Arrays.stream(
            cells.filter(c -> c.id() >= range[0] && c.id() < range[1]).collectPartitions(holding))
        .flatMap(List::stream)
        .sorted(Comparator.comparingInt(CellPart::id))
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private static NearestRows compare(
      CellPart queries, NearestRows before, List<CellPart> wave, int[][] probes, long rows) {
    int[] probed = probes[queries.cell()];
    List<CellPart> wanted =
        wave.stream().filter(keys -> Arrays.binarySearch(probed, keys.cell()) >= 0).toList();
    if (wanted.isEmpty()) {
      return before;
    }
    NearestRows nearest = before.copy();
    int[] own = queries.rows();
    try (BlockProducts products = new BlockProducts(queries.block(), rows)) {
      for (CellPart keys : wanted) {
        nearest.offerAll(own, products, keys.values(), keys.rows());
      }
    }
    return nearest;
  }

  /**
   * The rows of one cell of an inverted file, or of a part of it.
   *
   * @param id number of the part
   * @param cell number of the cell
   * @param rows their numbers in the whole matrix, rising
   * @param width d
   * @param values [n, d] the rows themselves
   */
  private record CellPart(int id, int cell, int[] rows, int width, float[] values)
      implements Serializable {

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
      int[] rows =
          IntStream.range(0, sample)
              .map(i -> Math.toIntExact(RowSample.evenRow(i, matrix.rows(), sample)))
              .toArray();
      float[] queries = RowSample.even(matrix, sample).collect();
      NeighbourBlock lists =
          exact(spark, matrix, new Matrix(sample, matrix.width(), queries), count);
      int cells = grid.centres().rows();
      Map<Integer, Integer> cellOf =
          grid.cellsOf(
              spark,
              IntStream.concat(IntStream.of(rows), IntStream.of(lists.neighbours())).toArray());
      int[][] orders = grid.nearest(Arrays.stream(rows).map(cellOf::get).toArray(), cells);
      long[] foundAt = new long[cells];
      for (int i = 0; i < sample; i++) {
        int[] rank = ranks(orders[i]);
        for (int n = 0; n < lists.count(); n++) {
          int neighbour = lists.neighbours()[i * lists.count() + n];
          if (neighbour != rows[i]) {
            foundAt[rank[cellOf.get(neighbour)]]++;
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
      long rows = matrix.rows();
      NearestRows nearest =
          matrix
              .blocks()
              .map(block -> compare(shared.value(), block, asked, rows))
              .treeReduce(NearestRows::merge);
      shared.destroy();
      return nearest.sorted(0);
    }

    private static NearestRows compare(RowBlock queries, RowBlock keys, int count, long rows) {
      NearestRows nearest = new NearestRows(queries.rows(), count);
      try (BlockProducts products = new BlockProducts(queries, rows)) {
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
        JavaPairRDD<CellPart, NearestRows> found, RowBlocks matrix, int count) {
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
        CellPart cell, NearestRows found, long[] firstRows, int[] partitionOf) {
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
