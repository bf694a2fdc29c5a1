package io.nomen.tensor;

import java.io.Serializable;
import java.util.Comparator;
import java.util.List;

/** The mean of all rows of a matrix, summed in double precision and in row order. */
public final class MeanRow {
  private MeanRow() {}

  private record Sum(long firstRow, double[] values) implements Serializable {}

  /** Of a matrix on a cluster, [1, d]; the same on any number of machines. */
  public static Matrix of(RowBlocks rows) {
    List<Sum> sums =
        rows.blocks().map(MeanRow::sum).collect().stream()
            .sorted(Comparator.comparingLong(Sum::firstRow))
            .toList();
    double[] total = new double[rows.width()];
    for (Sum sum : sums) {
      for (int j = 0; j < total.length; j++) {
        total[j] += sum.values()[j];
      }
    }
    return mean(total, rows.rows());
  }

  /** Of a matrix on this machine, [1, d]. */
  public static Matrix of(Matrix rows) {
    return mean(sum(rows.block()).values(), rows.rows());
  }

  private static Matrix mean(double[] total, long rows) {
    float[] mean = new float[total.length];
    for (int j = 0; j < mean.length; j++) {
      mean[j] = (float) (total[j] / Math.max(1, rows));
    }
    return new Matrix(1, mean.length, mean);
  }

  private static Sum sum(RowBlock block) {
    double[] sum = new double[block.width()];
    int at = 0;
    for (int row = 0; row < block.rows(); row++) {
      for (int j = 0; j < sum.length; j++) {
        sum[j] += block.values()[at++];
      }
    }
    return new Sum(block.firstRow(), sum);
  }
}
