package io.nomen.encode;

import java.util.Optional;

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
