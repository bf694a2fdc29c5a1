package io.nomen.kmeans;

import java.util.Comparator;
import java.util.stream.IntStream;

/** The canonical order of clusters: from the largest to the smallest, equals by their first row. */
public final class ClusterOrder {
  private ClusterOrder() {}

  /**
   * The numbers of all clusters that have rows, in that order.
   *
   * @param sizes [K]
   * @param firstRows [K]; whatever where a cluster is empty
   */
  public static int[] of(long[] sizes, long[] firstRows) {
    return IntStream.range(0, sizes.length)
        .filter(c -> sizes[c] > 0)
        .boxed()
        .sorted(
            Comparator.<Integer>comparingLong(c -> -sizes[c]).thenComparingLong(c -> firstRows[c]))
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
