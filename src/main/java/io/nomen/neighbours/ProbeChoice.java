package io.nomen.neighbours;

import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * How many cells must be searched for a recall: some rows are compared with all, and the cells in
 * which their true neighbours are tell it for every number of cells at once.
 *
 * @param nprobe the smallest number of cells that reaches the recall
 * @param recall the share of true neighbours in so many cells
 * @param sample rows that were compared with all
 */
record ProbeChoice(int nprobe, double recall, int sample) {
  private static final int SAMPLE = 512;

  static ProbeChoice of(
      JavaSparkContext spark, RowBlocks matrix, CellGrid grid, int count, double wanted) {
    int sample = (int) Math.min(SAMPLE, matrix.rows());
    long[] rows =
        LongStream.range(0, sample).map(i -> RowSample.evenRow(i, matrix.rows(), sample)).toArray();
    float[] queries = RowSample.even(matrix, sample).collect();
    NeighbourBlock lists = exact(spark, matrix, new Matrix(sample, matrix.width(), queries), count);
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
    RowBlock queries = new RowBlock(matrix.rows(), sample.rows(), sample.width(), sample.values());
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
