package io.nomen.semantics;

import io.nomen.tensor.InnerProducts;
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
final class LloydTally implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final double UNITS = 0x1p38;

  private final int sets;
  private final int clusters;
  private final int width;
  private final long[] sums;
  private final long[] counts;
  private final long[] firstRows;
  private final long[] cosines;
  private transient float[] blockSums;

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
   *
   * @param centres products with all centres, set after set: [sets · K, d]
   */
  LloydTally add(RowBlock block, InnerProducts centres) {
    if (blockSums == null) {
      blockSums = new float[sums.length];
    }
    boolean[] touched = new boolean[counts.length];
    double[] blockCosines = new double[sets];
    centres.of(
        block,
        (from, rows, products) -> {
          for (int i = 0; i < rows; i++) {
            for (int set = 0; set < sets; set++) {
              int offset = i * sets * clusters + set * clusters;
              int best = Nearest.first(products, offset, clusters);
              blockCosines[set] += products[offset + best];
              take(block, from + i, set * clusters + best);
              touched[set * clusters + best] = true;
            }
          }
        });
    for (int set = 0; set < sets; set++) {
      cosines[set] += Math.round(blockCosines[set] * UNITS);
    }
    settle(touched);
    return this;
  }

  private void take(RowBlock block, int row, int slot) {
    counts[slot]++;
    firstRows[slot] = Math.min(firstRows[slot], block.firstRow() + row);
    float[] values = block.values();
    int source = row * width;
    int target = slot * width;
    for (int j = 0; j < width; j++) {
      blockSums[target + j] += values[source + j];
    }
  }

  /** Moves the block's float sums into the fixed-point ones. */
  private void settle(boolean[] touched) {
    for (int slot = 0; slot < touched.length; slot++) {
      if (touched[slot]) {
        for (int j = slot * width; j < (slot + 1) * width; j++) {
          sums[j] += Math.round(blockSums[j] * UNITS);
          blockSums[j] = 0;
        }
      }
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
