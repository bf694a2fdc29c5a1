package io.nomen.kmeans;

import java.io.Serializable;

/**
 * Rows drawn at random by their numbers: every row is in with probability {@code wanted / rows},
 * whatever machine looks at it.
 *
 * @param wanted about how many rows are drawn; all where it is not below {@code rows}
 * @param rows N
 */
public record RowSample(long seed, long wanted, long rows) implements Serializable {

  /** Whether row {@code row} is drawn. */
  public boolean holds(long row) {
    return wanted >= rows || unit(mix(mix(seed) + row)) < (double) wanted / rows;
  }

  private static double unit(long bits) {
    return (bits >>> 11) * 0x1p-53;
  }

  /** SplitMix64's finaliser (Steele, Lea, Flood 2014): every bit depends on every other. */
  private static long mix(long z) {
    long bits = z + 0x9e3779b97f4a7c15L;
    bits = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
    bits = (bits ^ (bits >>> 27)) * 0x94d049bb133111ebL;
    return bits ^ (bits >>> 31);
  }
}
