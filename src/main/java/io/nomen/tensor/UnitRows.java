package io.nomen.tensor;

import java.util.Optional;

/** Rows of length 1: making them, and telling whether rows can be made so. */
public final class UnitRows {
  private UnitRows() {}

  /** Scales every row of {@code values} to length 1 in place; a row of zeros stays as it is. */
  public static void normalise(float[] values, int width) {
    for (int start = 0; start < values.length; start += width) {
      double squares = squares(values, start, width);
      if (squares > 0) {
        float scale = (float) (1 / Math.sqrt(squares));
        for (int j = start; j < start + width; j++) {
          values[j] *= scale;
        }
      }
    }
  }

  /** The rows of {@code values}, scaled to length 1; a row of zeros stays as it is. */
  public static float[] of(double[] values, int width) {
    float[] unit = new float[values.length];
    for (int start = 0; start < values.length; start += width) {
      double squares = 0;
      for (int j = start; j < start + width; j++) {
        squares += values[j] * values[j];
      }
      double scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
      for (int j = start; j < start + width; j++) {
        unit[j] = (float) (values[j] * scale);
      }
    }
    return unit;
  }

  /**
   * The number of the first row of {@code block} that has no direction (all zeros, or a value that
   * is not finite), or −1 where every row has one.
   */
  public static long firstWithoutDirection(RowBlock block) {
    for (int i = 0; i < block.rows(); i++) {
      double squares = squares(block.values(), i * block.width(), block.width());
      if (!(squares > 0) || Double.isInfinite(squares)) {
        return block.firstRow() + i;
      }
    }
    return -1;
  }

  private static double squares(float[] values, int start, int width) {
    double sum = 0;
    for (int j = start; j < start + width; j++) {
      sum += (double) values[j] * values[j];
    }
    return sum;
  }

  /**
   * An embedding as the tables hold it: a unit vector, and the length that it had.
   *
   * @param values [d], empty where the embedding has no direction
   * @param problem why there are no values
   */
  public record UnitRow(Optional<float[]> values, float norm, Optional<String> problem) {

    /** Takes {@code width} values from {@code start} on; sums in double precision. */
    public static UnitRow of(float[] from, int start, int width) {
      double square = 0;
      for (int i = start; i < start + width; i++) {
        square += (double) from[i] * from[i];
      }
      double norm = Math.sqrt(square);
      if (!Double.isFinite(norm)) {
        return bad("the embedding holds NaN or infinity");
      }
      if (norm == 0) {
        return bad("the embedding is all zeros");
      }
      float[] unit = new float[width];
      for (int i = 0; i < width; i++) {
        unit[i] = (float) (from[start + i] / norm);
      }
      return new UnitRow(Optional.of(unit), (float) norm, Optional.empty());
    }

    private static UnitRow bad(String problem) {
      return new UnitRow(Optional.empty(), Float.NaN, Optional.of(problem));
    }
  }
}
