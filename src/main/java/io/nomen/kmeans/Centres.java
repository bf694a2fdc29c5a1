package io.nomen.kmeans;

import io.nomen.tensor.Matrix;
import java.io.Serializable;

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
}
