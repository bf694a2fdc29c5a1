package io.nomen.neighbours;

import io.nomen.tensor.InnerProducts;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Cells of an inverted file: every row is in the cell of the nearest centre.
 *
 * <p>The centres are rows at even distances, moved once to the means of their cells. Better
 * clusters would not pay: cells need only be small and near together.
 *
 * @param centres [cells, d], unit rows
 * @param cellOf [N] the cell of every row
 * @param sizes [cells]
 */
record CellGrid(Matrix centres, int[] cellOf, int[] sizes) {

  static CellGrid of(JavaSparkContext spark, RowBlocks matrix, int cells) {
    Matrix seeds = EvenRows.of(matrix, (int) Math.min(cells, matrix.rows()));
    Matrix centres = means(spark, matrix, seeds);
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
          new RowBlock(0, asked.rows(), asked.width(), asked.values()),
          (from, rows, cosines) -> {
            for (int i = 0; i < rows; i++) {
              int start = i * count;
              orders[from + i] =
                  IntStream.range(0, count)
                      .boxed()
                      .sorted(Comparator.comparingDouble(c -> -cosines[start + c]))
                      .mapToInt(Integer::intValue)
                      .toArray();
            }
          });
    }
    return orders;
  }

  private static Matrix means(JavaSparkContext spark, RowBlocks matrix, Matrix seeds) {
    Broadcast<Matrix> shared = spark.broadcast(seeds);
    double[] sums =
        matrix.blocks().map(block -> sums(block, shared.value())).treeReduce(CellGrid::plus);
    shared.destroy();
    float[] means = new float[sums.length];
    for (int i = 0; i < means.length; i++) {
      means[i] = (float) sums[i];
    }
    return new Matrix(seeds.rows(), seeds.width(), means).unit();
  }

  private static double[] plus(double[] a, double[] b) {
    double[] sum = a.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += b[i];
    }
    return sum;
  }

  private static double[] sums(RowBlock block, Matrix centres) {
    int[] cells = assign(block, centres);
    int width = block.width();
    double[] sums = new double[centres.values().length];
    for (int i = 0; i < cells.length; i++) {
      for (int j = 0; j < width; j++) {
        sums[cells[i] * width + j] += block.values()[i * width + j];
      }
    }
    return sums;
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
              int best = 0;
              for (int c = 1; c < count; c++) {
                best = cosines[i * count + c] > cosines[i * count + best] ? c : best;
              }
              cells[from + i] = best;
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
