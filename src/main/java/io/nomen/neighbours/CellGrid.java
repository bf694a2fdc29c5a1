package io.nomen.neighbours;

import io.nomen.kmeans.LloydTally;
import io.nomen.tensor.InnerProducts;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import io.nomen.tensor.TopK;
import java.io.Serializable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;

/**
 * Cells of an inverted file: every row is in the cell of the nearest centre.
 *
 * <p>The centres are rows at even distances that a few passes of Lloyd's algorithm over a sample
 * move. On CLIP features of three data sets five passes leave a quarter to a half fewer products
 * for the same recall than one; where images lie in tight groups, a hundredth.
 *
 * @param centres [cells, d], unit rows
 * @param assigned the cell of every row, cut like the matrix; kept on the executors until closed
 * @param sizes [cells]
 */
record CellGrid(Matrix centres, JavaRDD<Cells> assigned, int[] sizes) implements AutoCloseable {

  private static final int PASSES = 5;
  private static final int SAMPLE_PER_CELL = 64;

  static CellGrid of(JavaSparkContext spark, RowBlocks matrix, int cells) {
    int wanted = (int) Math.min(cells, matrix.rows());
    Matrix centres = new Matrix(wanted, matrix.width(), RowSample.even(matrix, wanted).collect());
    long sampled = Math.min((long) wanted * SAMPLE_PER_CELL, matrix.rows());
    RowBlocks sample =
        RowSample.even(matrix, Math.toIntExact(sampled)).persist(StorageLevel.MEMORY_AND_DISK());
    RowBlocks few =
        new RowBlocks(
            sample.blocks().coalesce(spark.defaultParallelism()), sampled, matrix.width());
    for (int pass = 0; pass < PASSES; pass++) {
      centres = lloydStep(few, centres);
    }
    sample.unpersist();
    Broadcast<Matrix> shared = spark.broadcast(centres);
    JavaRDD<Cells> assigned =
        matrix
            .blocks()
            .map(b -> new Cells(b.firstRow(), assign(b, shared.value())))
            .persist(StorageLevel.MEMORY_AND_DISK());
    int[] sizes = assigned.mapPartitions(parts -> sizes(parts, wanted)).treeReduce(CellGrid::sum);
    return new CellGrid(centres, assigned, sizes);
  }

  /**
   * The cells of consecutive rows.
   *
   * @param firstRow number of the first row in the whole matrix
   * @param cells [n]
   */
  record Cells(long firstRow, int[] cells) implements Serializable {}

  private static Iterator<int[]> sizes(Iterator<Cells> parts, int cells) {
    int[] sizes = new int[cells];
    parts.forEachRemaining(
        part -> {
          for (int cell : part.cells()) {
            sizes[cell]++;
          }
        });
    return List.of(sizes).iterator();
  }

  private static int[] sum(int[] one, int[] other) {
    int[] sum = one.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += other[i];
    }
    return sum;
  }

  /** The cells of some rows, by their numbers. */
  Map<Integer, Integer> cellsOf(JavaSparkContext spark, int[] rows) {
    Broadcast<int[]> wanted = spark.broadcast(Arrays.stream(rows).sorted().distinct().toArray());
    Map<Integer, Integer> found = new HashMap<>();
    for (int[] pairs : assigned.map(part -> pairs(part, wanted.value())).collect()) {
      for (int i = 0; i < pairs.length; i += 2) {
        found.put(pairs[i], pairs[i + 1]);
      }
    }
    wanted.destroy();
    return found;
  }

  private static int[] pairs(Cells part, int[] wanted) {
    int first = Math.toIntExact(part.firstRow());
    return Arrays.stream(wanted)
        .filter(row -> row >= first && row - first < part.cells().length)
        .flatMap(row -> IntStream.of(row, part.cells()[row - first]))
        .toArray();
  }

  /** The {@code most} cells nearest to each of {@code cells}, the nearest first: itself. */
  int[][] nearest(int[] cells, int most) {
    int[][] orders = new int[cells.length][];
    int count = centres.rows();
    try (InnerProducts products = new InnerProducts(centres)) {
      Matrix asked = centres.select(cells);
      products.of(
          asked.block(),
          (from, rows, cosines) -> {
            for (int i = 0; i < rows; i++) {
              orders[from + i] = TopK.of(cosines, i * count, count, most);
            }
          });
    }
    return orders;
  }

  @Override
  public void close() {
    assigned.unpersist(false);
  }

  /** The mean directions of the centres' rows; a centre without rows stays where it is. */
  private static Matrix lloydStep(RowBlocks sample, Matrix centres) {
    LloydTally tally = LloydTally.of(sample, centres, 1);
    int width = centres.width();
    float[] moved = centres.values().clone();
    for (int centre = 0; centre < centres.rows(); centre++) {
      double[] sum = tally.sum(0, centre);
      if (Arrays.stream(sum).anyMatch(value -> value != 0)) {
        for (int j = 0; j < width; j++) {
          moved[centre * width + j] = (float) sum[j];
        }
      }
    }
    return new Matrix(centres.rows(), width, moved).unit();
  }

  private static int[] assign(RowBlock block, Matrix centres) {
    int[] cells = new int[block.rows()];
    int count = centres.rows();
    try (InnerProducts products = new InnerProducts(centres)) {
      products.of(
          block,
          (from, rows, cosines) -> {
            for (int i = 0; i < rows; i++) {
              cells[from + i] = TopK.first(cosines, i * count, count);
            }
          });
    }
    return cells;
  }

  /** How many rows the cells {@code numbers} hold together. */
  long rowsIn(int[] numbers) {
    return Arrays.stream(numbers).mapToLong(c -> sizes[c]).sum();
  }
}
