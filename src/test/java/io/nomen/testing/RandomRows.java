package io.nomen.testing;

import io.nomen.tensor.Matrix;
import io.nomen.tensor.UnitRows;
import java.util.Random;

/** Made-up unit rows. */
public final class RandomRows {
  private RandomRows() {}

  /** Rows in all directions alike, [rows, width]. */
  public static Matrix anywhere(int rows, int width, long seed) {
    return around(rows, new Matrix(1, width, new float[width]), 1, seed);
  }

  /** Row i lies near centre {@code i % K}, [rows, width]. */
  public static Matrix around(int rows, Matrix centres, double spread, long seed) {
    Random random = new Random(seed);
    int width = centres.width();
    float[] values = new float[rows * width];
    for (int i = 0; i < values.length; i++) {
      float centre = centres.values()[(i / width) % centres.rows() * width + i % width];
      values[i] = centre + (float) (spread * random.nextGaussian());
    }
    UnitRows.normalise(values, width);
    return new Matrix(rows, width, values);
  }
}
