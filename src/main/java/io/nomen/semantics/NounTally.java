package io.nomen.semantics;

import io.nomen.kmeans.LloydTally;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.SoftmaxRetrieval;
import java.io.Serializable;
import java.util.stream.IntStream;

/**
 * Sums of retrieval weights by cluster, for a range of clusters. Fixed point as in {@link
 * LloydTally}: the sums are the same in whatever order they are added up.
 */
final class NounTally implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Most sums of a pass: 128 MB for each task. */
  static final int MOST_VALUES = 1 << 24;

  private static final double UNITS = 0x1p38;

  private final NounSlots range;
  private final int nouns;
  private final long[] sums;
  private final long[] counts;

  /**
   * Starts at nothing.
   *
   * @param nouns m
   */
  NounTally(NounSlots range, int nouns) {
    this.range = range;
    this.nouns = nouns;
    this.sums = new long[Math.multiplyExact(range.count(), nouns)];
    this.counts = new long[range.count()];
  }

  /** Adds the rows of {@code block} that are in one of the range's clusters. */
  void add(RowBlock block, int[][] assignments, SoftmaxRetrieval retrieval) {
    int[] wanted =
        IntStream.range(0, block.rows())
            .filter(i -> concerns((int) block.firstRow() + i, assignments))
            .toArray();
    if (wanted.length == 0) {
      return;
    }
    retrieval.weights(
        gather(block, wanted),
        (from, rows, weights) -> {
          long[] fixed = new long[nouns];
          for (int i = 0; i < rows; i++) {
            for (int j = 0; j < nouns; j++) {
              fixed[j] = (long) (weights[i * nouns + j] * UNITS);
            }
            add(fixed, (int) block.firstRow() + wanted[from + i], assignments);
          }
        });
  }

  private void add(long[] weights, int row, int[][] assignments) {
    for (int a = 0; a < assignments.length; a++) {
      int slot = range.slot(a, assignments[a][row]);
      if (range.holds(slot)) {
        int offset = (slot - range.from()) * nouns;
        counts[slot - range.from()]++;
        for (int j = 0; j < nouns; j++) {
          sums[offset + j] += weights[j];
        }
      }
    }
  }

  private boolean concerns(int row, int[][] assignments) {
    if (row % range.stride() != 0) {
      return false;
    }
    return IntStream.range(0, assignments.length)
        .anyMatch(a -> range.holds(range.slot(a, assignments[a][row])));
  }

  private static RowBlock gather(RowBlock block, int[] rows) {
    if (rows.length == block.rows()) {
      return block;
    }
    int width = block.width();
    float[] values = new float[rows.length * width];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(block.values(), rows[i] * width, values, i * width, width);
    }
    return new RowBlock(block.firstRow(), rows.length, width, values);
  }

  /** Adds what {@code other} has collected. */
  NounTally merge(NounTally other) {
    if (!range.equals(other.range) || nouns != other.nouns) {
      throw new IllegalArgumentException(
          "a tally of %s and %d nouns cannot take one of %s and %d"
              .formatted(range, nouns, other.range, other.nouns));
    }
    for (int j = 0; j < sums.length; j++) {
      sums[j] += other.sums[j];
    }
    for (int slot = 0; slot < counts.length; slot++) {
      counts[slot] += other.counts[slot];
    }
    return this;
  }

  /** Rows of a slot of the range. */
  long count(int slot) {
    return counts[slot - range.from()];
  }

  /** Mean weights of a slot of the range, [m]; zeros where it has no rows. */
  double[] mean(int slot) {
    int offset = (slot - range.from()) * nouns;
    double scale = 1 / (UNITS * Math.max(1, count(slot)));
    return IntStream.range(0, nouns).mapToDouble(j -> sums[offset + j] * scale).toArray();
  }
}
