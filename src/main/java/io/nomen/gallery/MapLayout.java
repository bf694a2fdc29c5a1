package io.nomen.gallery;

import io.nomen.RootLocale;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.PrincipalAxes;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Random;

/**
 * A plane on which rows that are near each other are near: principal components, then exact t-SNE
 * (van der Maaten and Hinton, JMLR 2008) of up to {@value #LANDMARKS} rows of a sample; every row
 * has its place among its nearest landmarks, so any number of them can be placed, block by block
 * and anywhere. One seed gives one layout.
 */
public final class MapLayout implements Serializable {
  private static final long serialVersionUID = 1L;

  static final int LANDMARKS = 1500;
  private static final int COMPONENTS = 30;
  private static final int NEAREST = 5;

  /** Fewer rows than this have no neighbourhoods to speak of: their first two components it is. */
  private static final int FEW = 12;

  private final PrincipalAxes axes;
  private final int components;

  /** [components][L]: an array for each axis, as the compiler makes vectors of such loops alone. */
  private final float[][] landmarks;

  /** [L, 2], 0 to 1. */
  private final float[] places;

  private MapLayout(PrincipalAxes axes, int components, float[] landmarks, double[] places) {
    this.axes = axes;
    this.components = components;
    this.landmarks = byAxis(landmarks, components);
    this.places = new float[places.length];
    stretch(places, 0);
    stretch(places, 1);
  }

  /**
   * Lays out a sample: seconds for a few thousand rows.
   *
   * @param rows {@code [n, width]} float32, row-major, finite; n at least 1
   */
  public static MapLayout fit(float[] rows, int width, long seed) {
    if (width < 1 || rows.length == 0 || rows.length % width != 0) {
      throw new IllegalArgumentException(
          "%d values are not rows of width %d".formatted(rows.length, width));
    }
    int n = rows.length / width;
    Random random = new Random(seed);
    int components = Math.max(2, Math.min(COMPONENTS, Math.min(width, n - 1)));
    Matrix matrix = new Matrix(n, width, rows);
    PrincipalAxes axes = PrincipalAxes.of(matrix);
    float[] reduced = axes.project(matrix, components);
    if (n < FEW) {
      return new MapLayout(axes, components, reduced, firstTwo(reduced, components));
    }
    float[] chosen = gather(reduced, components, landmarks(n, random));
    return new MapLayout(
        axes, components, chosen, new StochasticNeighbours(chosen, components).embed(random));
  }

  /**
   * How the places are found, for the page.
   *
   * @param rows how many are placed
   */
  public String algorithm(long rows) {
    int known = places.length / 2;
    if (known < FEW) {
      return "the first two principal components";
    }
    return RootLocale.format("t-SNE of the first %d principal components", components)
        + (known < rows
            ? RootLocale.format(" of %,d images, the others placed among their nearest", known)
            : "");
  }

  /**
   * The places of {@code rows}: the mean of their nearest landmarks' places, weighted by 1 /
   * squared distance, which for a landmark is its own.
   *
   * @param rows [n, width]
   * @return [n, 2], 0 to 1
   */
  public float[] place(Matrix rows) {
    float[] reduced = axes.project(rows, components);
    float[] distances = new float[places.length / 2];
    float[] out = new float[2 * rows.rows()];
    double[] best = new double[NEAREST];
    int[] who = new int[NEAREST];
    for (int row = 0; row < rows.rows(); row++) {
      Arrays.fill(distances, 0);
      for (int k = 0; k < components; k++) {
        addSquares(landmarks[k], reduced[row * components + k], distances);
      }
      nearest(distances, best, who);
      double x = 0;
      double y = 0;
      double sum = 0;
      for (int slot = 0; slot < NEAREST; slot++) {
        x += places[2 * who[slot]] / best[slot];
        y += places[2 * who[slot] + 1] / best[slot];
        sum += 1 / best[slot];
      }
      out[2 * row] = (float) Math.min(1, x / sum);
      out[2 * row + 1] = (float) Math.min(1, y / sum);
    }
    return out;
  }

  private static void addSquares(float[] landmarks, float coordinate, float[] distances) {
    for (int l = 0; l < distances.length; l++) {
      float difference = coordinate - landmarks[l];
      distances[l] += difference * difference;
    }
  }

  private static void nearest(float[] distances, double[] best, int[] who) {
    Arrays.fill(best, Double.POSITIVE_INFINITY);
    Arrays.fill(who, 0);
    for (int l = 0; l < distances.length; l++) {
      double closeness = distances[l] + 1e-12;
      for (int slot = NEAREST - 1; slot >= 0 && closeness < best[slot]; slot--) {
        if (slot < NEAREST - 1) {
          best[slot + 1] = best[slot];
          who[slot + 1] = who[slot];
        }
        best[slot] = closeness;
        who[slot] = l;
      }
    }
  }

  /** Row numbers in rising order, all of them when they are few. */
  private static int[] landmarks(int n, Random random) {
    int[] rows = new int[n];
    Arrays.setAll(rows, i -> i);
    if (n <= LANDMARKS) {
      return rows;
    }
    for (int i = 0; i < LANDMARKS; i++) {
      int other = i + random.nextInt(n - i);
      int row = rows[other];
      rows[other] = rows[i];
      rows[i] = row;
    }
    int[] chosen = Arrays.copyOf(rows, LANDMARKS);
    Arrays.sort(chosen);
    return chosen;
  }

  private static float[] gather(float[] rows, int width, int[] chosen) {
    float[] out = new float[chosen.length * width];
    for (int i = 0; i < chosen.length; i++) {
      System.arraycopy(rows, chosen[i] * width, out, i * width, width);
    }
    return out;
  }

  private static float[][] byAxis(float[] rows, int width) {
    float[][] out = new float[width][rows.length / width];
    for (int i = 0; i < rows.length; i++) {
      out[i % width][i / width] = rows[i];
    }
    return out;
  }

  private static double[] firstTwo(float[] reduced, int components) {
    int n = reduced.length / components;
    double[] out = new double[2 * n];
    for (int i = 0; i < n; i++) {
      out[2 * i] = reduced[i * components];
      out[2 * i + 1] = reduced[i * components + 1];
    }
    return out;
  }

  /** One coordinate, moved and stretched to 0 … 1; where all are equal, the middle. */
  private void stretch(double[] from, int offset) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (int i = offset; i < from.length; i += 2) {
      low = Math.min(low, from[i]);
      high = Math.max(high, from[i]);
    }
    for (int i = offset; i < from.length; i += 2) {
      places[i] = high > low ? (float) ((from[i] - low) / (high - low)) : 0.5f;
    }
  }
}
