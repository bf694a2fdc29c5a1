package io.nomen.kmeans;

import io.nomen.tensor.RowBlock;
import java.io.Serializable;
import java.util.Arrays;

/**
 * What one pass of Lloyd's algorithm collects, for several sets of centres side by side: the sum
 * and number of every cluster's rows, its first row, and how well the centres fit.
 *
 * <p>Sums are kept in fixed point (64-bit integers, 2⁻³⁸ apart), so that adding them up gives the
 * same bits in whatever order tasks and machines do it; floating point would not. Coordinates of
 * unit rows are at most 1, so there is room for 33 million rows per cluster.
 */
public final class LloydTally implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final double UNITS = 0x1p38;

  private final int sets;
  private final int clusters;
  private final int width;
  private final long[] sums;
  private final long[] counts;
  private final long[] firstRows;
  private final long[] cosines;

  /**
   * @param sets how many sets of centres are tried side by side
   * @param clusters K, the centres of a set
   * @param width d
   */
  LloydTally(int sets, int clusters, int width) {
    this.sets = sets;
    this.clusters = clusters;
    this.width = width;
    this.sums = new long[sets * clusters * width];
    this.counts = new long[sets * clusters];
    this.firstRows = new long[sets * clusters];
    this.cosines = new long[sets];
    Arrays.fill(firstRows, Long.MAX_VALUE);
  }

  /**
   * Adds the rows of {@code block}, each to its nearest centre of every set; ties go to the lower
   * number.
   */
  LloydTally add(RowBlock block, NearestSums centres) {
    double[] blockCosines = new double[sets];
    centres.of(
        block,
        (from, rows, nearest, values) -> {
          for (int set = 0; set < sets; set++) {
            for (int i = 0; i < rows; i++) {
              blockCosines[set] += values[set * rows + i];
              take((int) nearest[set * rows + i], block.firstRow() + from + i);
            }
          }
        },
        this::take);
    for (int set = 0; set < sets; set++) {
      cosines[set] += Math.round(blockCosines[set] * UNITS);
    }
    return this;
  }

  private void take(int slot, long row) {
    counts[slot]++;
    firstRows[slot] = Math.min(firstRows[slot], row);
  }

  /** Moves a sum of the block's rows into the fixed-point ones. */
  private void take(int slot, float[] sum) {
    int target = slot * width;
    for (int j = 0; j < width; j++) {
      sums[target + j] += Math.round(sum[j] * UNITS);
    }
  }

  /** Adds what {@code other} has collected. */
  LloydTally merge(LloydTally other) {
    if (sets != other.sets || clusters != other.clusters || width != other.width) {
      throw new IllegalArgumentException(
          "a tally of %d sets, %d clusters, width %d cannot take one of %d, %d, %d"
              .formatted(sets, clusters, width, other.sets, other.clusters, other.width));
    }
    for (int j = 0; j < sums.length; j++) {
      sums[j] += other.sums[j];
    }
    for (int slot = 0; slot < counts.length; slot++) {
      counts[slot] += other.counts[slot];
      firstRows[slot] = Math.min(firstRows[slot], other.firstRows[slot]);
    }
    for (int set = 0; set < sets; set++) {
      cosines[set] += other.cosines[set];
    }
    return this;
  }

  /** Sum over all rows of the cosine to the nearest centre of set {@code set}. */
  double cosineSum(int set) {
    return cosines[set] / UNITS;
  }

  /** [K] rows of every cluster of set {@code set}. */
  long[] sizes(int set) {
    return Arrays.copyOfRange(counts, set * clusters, (set + 1) * clusters);
  }

  /** [K] first row of every cluster of set {@code set}; {@code Long.MAX_VALUE} for an empty one. */
  long[] firstRows(int set) {
    return Arrays.copyOfRange(firstRows, set * clusters, (set + 1) * clusters);
  }

  /** Sum of the rows of a cluster, [d]. */
  double[] sum(int set, int cluster) {
    double[] sum = new double[width];
    int source = (set * clusters + cluster) * width;
    for (int j = 0; j < width; j++) {
      sum[j] = sums[source + j] / UNITS;
    }
    return sum;
  }
}
