package io.nomen.tensor;

import java.util.List;

/** The mean of all rows of a matrix, summed in double precision and in row order. */
public final class MeanRow {
  private MeanRow() {}

  /**
   * Of a matrix on a cluster, [1, d]; the same on any number of machines.
   *
   * @param rows [N, d], no longer than unit length
   */
  public static Matrix of(RowBlocks rows) {
    int width = rows.width();
    int fractionBits = FixedPointSums.fractionBits(rows.rows(), 1);
    FixedPointSums total =
        TreeReduce.of(
            rows.blocks()
                .mapPartitions(
                    blocks -> {
                      FixedPointSums sums = new FixedPointSums(width, fractionBits);
                      blocks.forEachRemaining(block -> sums.add(sum(block)));
                      return List.of(sums).iterator();
                    }),
            (long) width * Long.BYTES,
            FixedPointSums::merge);
    return mean(total.get(0, width), rows.rows());
  }

  /** Of a matrix on this machine, [1, d]. */
  public static Matrix of(Matrix rows) {
    return mean(sum(rows.block()), rows.rows());
  }

  private static Matrix mean(double[] total, long rows) {
    float[] mean = new float[total.length];
    for (int j = 0; j < mean.length; j++) {
      mean[j] = (float) (total[j] / Math.max(1, rows));
    }
    return new Matrix(1, mean.length, mean);
  }

  private static double[] sum(RowBlock block) {
    double[] sum = new double[block.width()];
    int at = 0;
    for (int row = 0; row < block.rows(); row++) {
      for (int j = 0; j < sum.length; j++) {
        sum[j] += block.values()[at++];
      }
    }
    return sum;
  }
}
