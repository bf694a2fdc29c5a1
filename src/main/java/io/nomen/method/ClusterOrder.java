package io.nomen.method;

import io.nomen.tensor.AssignmentBlock;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;

/** The canonical order of clusters: from the largest to the smallest, equals by their first row. */
final class ClusterOrder {
  private ClusterOrder() {}

  /** The numbers of all clusters that have rows, in that order. */
  static int[] of(JavaRDD<AssignmentBlock> assigned, int clusters) {
    ClusterSizes sizes = ClusterSizes.of(assigned, clusters);
    long[] first = firstRows(assigned, clusters);
    return IntStream.range(0, clusters)
        .filter(k -> sizes.rows()[k] > 0)
        .boxed()
        .sorted(
            Comparator.<Integer>comparingLong(k -> -sizes.rows()[k])
                .thenComparingLong(k -> first[k]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static long[] firstRows(JavaRDD<AssignmentBlock> assigned, int clusters) {
    return assigned
        .map(
            block -> {
              long[] first = new long[clusters];
              Arrays.fill(first, Long.MAX_VALUE);
              for (int i = block.rows() - 1; i >= 0; i--) {
                first[block.cluster()[i]] = block.firstRow() + i;
              }
              return first;
            })
        .reduce(
            (a, b) -> {
              long[] least = new long[clusters];
              Arrays.setAll(least, k -> Math.min(a[k], b[k]));
              return least;
            });
  }
}
