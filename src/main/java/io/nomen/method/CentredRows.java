package io.nomen.method;

import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.UnitRows;
import java.io.Serializable;
import java.util.Comparator;
import java.util.List;

/**
 * {@code normalise(x − mean)}: CLIP's vectors live in a narrow cone, in which cosines mean little.
 */
final class CentredRows {
  /** A row this near to the mean is the mean but for rounding: it keeps its own direction. */
  private static final double LEAST_SQUARE = 1e-10;

  private CentredRows() {}

  private record Sum(long firstRow, double[] values) implements Serializable {}

  /** The mean of all rows, [d]; summed in row order, so that it is the same on any cluster. */
  static float[] mean(RowBlocks rows) {
    List<Sum> sums =
        rows.blocks().map(CentredRows::sum).collect().stream()
            .sorted(Comparator.comparingLong(Sum::firstRow))
            .toList();
    double[] total = new double[rows.width()];
    for (Sum sum : sums) {
      for (int j = 0; j < total.length; j++) {
        total[j] += sum.values()[j];
      }
    }
    float[] mean = new float[total.length];
    for (int j = 0; j < mean.length; j++) {
      mean[j] = (float) (total[j] / rows.rows());
    }
    return mean;
  }

  /** The mean of the rows of {@code matrix}, [d]. */
  static float[] mean(Matrix matrix) {
    double[] total = sum(new RowBlock(0, matrix.rows(), matrix.width(), matrix.values())).values();
    float[] mean = new float[total.length];
    for (int j = 0; j < mean.length; j++) {
      mean[j] = (float) (total[j] / matrix.rows());
    }
    return mean;
  }

  /** All rows centred, as unit rows; computed when used. */
  static RowBlocks of(RowBlocks rows, float[] mean) {
    return new RowBlocks(
        rows.blocks().map(block -> centre(block, mean)), rows.rows(), rows.width());
  }

  /** The rows of one block centred, as unit rows. */
  static RowBlock centre(RowBlock block, float[] mean) {
    float[] values = block.values().clone();
    int width = block.width();
    for (int start = 0; start < values.length; start += width) {
      double square = 0;
      for (int i = start; i < start + width; i++) {
        values[i] -= mean[i - start];
        square += (double) values[i] * values[i];
      }
      if (square < LEAST_SQUARE) {
        System.arraycopy(block.values(), start, values, start, width);
      }
    }
    UnitRows.normalise(values, width);
    return new RowBlock(block.firstRow(), block.rows(), block.width(), values);
  }

  private static Sum sum(RowBlock block) {
    double[] sum = new double[block.width()];
    for (int i = 0; i < block.values().length; i++) {
      sum[i % sum.length] += block.values()[i];
    }
    return new Sum(block.firstRow(), sum);
  }
}
