package io.nomen.tensor;

import java.io.Serializable;
import java.util.Arrays;

/**
 * A matrix small enough for one machine: centres, nouns, a head's weights.
 *
 * @param rows n
 * @param width d
 * @param values [n, d] float32, row after row
 */
public record Matrix(int rows, int width, float[] values) implements Serializable {

  public Matrix {
    if (values.length != (long) rows * width) {
      throw new IllegalArgumentException(
          "a matrix of %d rows of width %d needs %d values, not %d"
              .formatted(rows, width, (long) rows * width, values.length));
    }
  }

  /** A copy of row {@code i}, [d]. */
  public float[] row(int i) {
    return Arrays.copyOfRange(values, i * width, (i + 1) * width);
  }

  /** The inner product of row {@code i} with row {@code j} of {@code other}. */
  public double dot(int i, Matrix other, int j) {
    double sum = 0;
    for (int k = 0; k < width; k++) {
      sum += (double) values[i * width + k] * other.values[j * width + k];
    }
    return sum;
  }

  /** The rows with these numbers, in this order: [numbers.length, d]. */
  public Matrix select(int[] numbers) {
    float[] chosen = new float[numbers.length * width];
    for (int i = 0; i < numbers.length; i++) {
      System.arraycopy(values, numbers[i] * width, chosen, i * width, width);
    }
    return new Matrix(numbers.length, width, chosen);
  }

  /** The same rows scaled to length 1; a row of zeros stays as it is. */
  public Matrix unit() {
    float[] scaled = values.clone();
    UnitRows.normalise(scaled, width);
    return new Matrix(rows, width, scaled);
  }

  /** The same rows as one block that begins with row 0. */
  public RowBlock block() {
    return new RowBlock(0, rows, width, values);
  }
}
