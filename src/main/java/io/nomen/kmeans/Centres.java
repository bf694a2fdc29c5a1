package io.nomen.kmeans;

import io.nomen.tensor.Matrix;
import java.io.Serializable;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Centres of a spherical k-means, in canonical order: by size from the largest, equals by their
 * first row. None is empty.
 *
 * @param rows [K, d] float32, unit rows
 * @param sizes [K] how many rows each centre has
 * @param objective mean over all rows of the cosine to the row's centre, at most 1
 */
public record Centres(Matrix rows, long[] sizes, double objective) implements Serializable {

  /** K. */
  public int count() {
    return rows.rows();
  }

  /**
   * The numbers of all clusters that have rows, in canonical order.
   *
   * @param sizes [K]
   * @param firstRows [K]; whatever where a cluster is empty
   */
  public static int[] canonicalOrder(long[] sizes, long[] firstRows) {
    return IntStream.range(0, sizes.length)
        .filter(c -> sizes[c] > 0)
        .boxed()
        .sorted(
            Comparator.<Integer>comparingLong(c -> -sizes[c]).thenComparingLong(c -> firstRows[c]))
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
