package io.nomen.gallery;

import io.nomen.RootLocale;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.PrincipalAxes;
import java.util.Arrays;
import java.util.Random;

/**
 * Places rows on a plane so that rows which are near each other stay near: principal components,
 * then exact t-SNE (van der Maaten and Hinton, JMLR 2008) on up to {@value #LANDMARKS} of the rows;
 * every other row is placed among its nearest landmarks. One seed gives one layout.
 *
 * <p>Seconds for a few thousand rows; give a sample of a larger set.
 *
 * @param x {@code [n]}, 0 to 1
 * @param y {@code [n]}, 0 to 1
 * @param algorithm how the positions were found, for the page
 */
public record MapLayout(float[] x, float[] y, String algorithm) {
  static final int LANDMARKS = 1500;
  private static final int COMPONENTS = 30;
  private static final int NEAREST = 5;

  /** Fewer rows than this have no neighbourhoods to speak of: their first two components it is. */
  private static final int FEW = 12;

  /**
   * Lays out {@code rows}.
   *
   * @param rows {@code [n, width]} float32, row-major, finite; n at least 1
   */
  public static MapLayout of(float[] rows, int width, long seed) {
    if (width < 1 || rows.length == 0 || rows.length % width != 0) {
      throw new IllegalArgumentException(
          "%d values are not rows of width %d".formatted(rows.length, width));
    }
    int n = rows.length / width;
    Random random = new Random(seed);
    int components = Math.max(2, Math.min(COMPONENTS, Math.min(width, n - 1)));
    Matrix matrix = new Matrix(n, width, rows);
    float[] reduced = PrincipalAxes.of(matrix).project(matrix, components);
    if (n < FEW) {
      return fitted(firstTwo(reduced, components), "the first two principal components");
    }
    int[] landmarks = landmarks(n, random);
    float[] chosen = gather(reduced, components, landmarks);
    double[] placed = new StochasticNeighbours(chosen, components).embed(random);
    if (landmarks.length == n) {
      return fitted(
          placed, RootLocale.format("t-SNE of the first %d principal components", components));
    }
    return fitted(
        placeAll(reduced, components, landmarks, chosen, placed),
        RootLocale.format(
            "t-SNE of the first %d principal components of %,d images, the others placed among"
                + " their nearest",
            components, landmarks.length));
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

  private static double[] firstTwo(float[] reduced, int components) {
    int n = reduced.length / components;
    double[] out = new double[2 * n];
    for (int i = 0; i < n; i++) {
      out[2 * i] = reduced[i * components];
      out[2 * i + 1] = reduced[i * components + 1];
    }
    return out;
  }

  private static double[] placeAll(
      float[] reduced, int components, int[] landmarks, float[] chosen, double[] placed) {
    int n = reduced.length / components;
    double[] out = new double[2 * n];
    for (int i = 0; i < n; i++) {
      int known = Arrays.binarySearch(landmarks, i);
      if (known >= 0) {
        out[2 * i] = placed[2 * known];
        out[2 * i + 1] = placed[2 * known + 1];
      } else {
        place(i, reduced, components, chosen, placed, out);
      }
    }
    return out;
  }

  /** The mean of the nearest landmarks' places, weighted by 1 / squared distance. */
  private static void place(
      int row, float[] reduced, int components, float[] chosen, double[] placed, double[] out) {
    double[] best = new double[NEAREST];
    int[] who = new int[NEAREST];
    Arrays.fill(best, Double.POSITIVE_INFINITY);
    for (int l = 0; l < chosen.length / components; l++) {
      double distance = 1e-12;
      for (int k = 0; k < components; k++) {
        double difference = reduced[row * components + k] - chosen[l * components + k];
        distance += difference * difference;
      }
      for (int slot = NEAREST - 1; slot >= 0 && distance < best[slot]; slot--) {
        if (slot < NEAREST - 1) {
          best[slot + 1] = best[slot];
          who[slot + 1] = who[slot];
        }
        best[slot] = distance;
        who[slot] = l;
      }
    }
    double sum = 0;
    for (int slot = 0; slot < NEAREST; slot++) {
      out[2 * row] += placed[2 * who[slot]] / best[slot];
      out[2 * row + 1] += placed[2 * who[slot] + 1] / best[slot];
      sum += 1 / best[slot];
    }
    out[2 * row] /= sum;
    out[2 * row + 1] /= sum;
  }

  private static MapLayout fitted(double[] places, String algorithm) {
    return new MapLayout(axis(places, 0), axis(places, 1), algorithm);
  }

  /** One coordinate, moved and stretched to 0 … 1; where all are equal, the middle. */
  private static float[] axis(double[] places, int offset) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (int i = offset; i < places.length; i += 2) {
      low = Math.min(low, places[i]);
      high = Math.max(high, places[i]);
    }
    float[] out = new float[places.length / 2];
    for (int i = 0; i < out.length; i++) {
      out[i] = high > low ? (float) ((places[2 * i + offset] - low) / (high - low)) : 0.5f;
    }
    return out;
  }
}
