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
 * @param cellOf [N] the cell of every row
 * @param sizes [cells]
 */
record CellGrid(Matrix centres, int[] cellOf, int[] sizes) {

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
    int[] cellOf = assign(spark, matrix, centres);
    int[] sizes = new int[centres.rows()];
    for (int cell : cellOf) {
      sizes[cell]++;
    }
    return new CellGrid(centres, cellOf, sizes);
  }

  /** For each of {@code cells} all cells, the nearest first; the cell itself is among them. */
  int[][] nearest(int[] cells) {
    int[][] orders = new int[cells.length][];
    int count = centres.rows();
    try (InnerProducts products = new InnerProducts(centres)) {
      Matrix asked = centres.select(cells);
      products.of(
          asked.block(),
          (from, rows, cosines) -> {
            for (int i = 0; i < rows; i++) {
              orders[from + i] = TopK.of(cosines, i * count, count, count);
            }
          });
    }
    return orders;
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

  private record Cells(long firstRow, int[] cells) implements Serializable {}

  private static int[] assign(JavaSparkContext spark, RowBlocks matrix, Matrix centres) {
    Broadcast<Matrix> shared = spark.broadcast(centres);
    int[] all = new int[Math.toIntExact(matrix.rows())];
    for (Cells part :
        matrix.blocks().map(b -> new Cells(b.firstRow(), assign(b, shared.value()))).collect()) {
      System.arraycopy(part.cells(), 0, all, (int) part.firstRow(), part.cells().length);
    }
    shared.destroy();
    return all;
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
  int rowsIn(int[] numbers) {
    return Arrays.stream(numbers).map(c -> sizes[c]).sum();
  }
}
