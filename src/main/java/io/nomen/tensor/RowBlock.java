package io.nomen.tensor;

import java.io.Serializable;

/**
 * Consecutive rows of a matrix that is spread over a cluster.
 *
 * @param firstRow number of the first row in the whole matrix
 * @param rows n, how many rows the block holds
 * @param width d, how many columns
 * @param values [n, d] float32, row after row
 */
public record RowBlock(long firstRow, int rows, int width, float[] values) implements Serializable {

  public RowBlock {
    if (values.length != (long) rows * width) {
      throw new IllegalArgumentException(
          "a block of %d rows of width %d needs %d values, not %d"
              .formatted(rows, width, (long) rows * width, values.length));
    }
  }

  /** The same rows as a matrix of their own. */
  public Matrix matrix() {
    return new Matrix(rows, width, values);
  }
}
