package io.nomen.kmeans;

import io.nomen.tensor.Matrix;

/** The move from one pass to the next: centres become the mean directions of their rows. */
final class LloydStep {
  /** How far the two halves of a split cluster move apart, as a share of each coordinate. */
  private static final float SPLIT = 1f / 1024;

  private LloydStep() {}

  /**
   * New centres of set {@code set}, [K, d] unit rows. An empty cluster becomes one half of the
   * largest: coordinates of the two take turns in being made a little larger and smaller, as in
   * faiss's k-means (Clustering.cpp, there for the same purpose). Rows that cancel each other out
   * leave their centre where it was.
   */
  static Matrix move(Matrix before, LloydTally tally, int set) {
    int clusters = before.rows();
    int width = before.width();
    long[] sizes = tally.sizes(set);
    float[] values = before.values().clone();
    for (int c = 0; c < clusters; c++) {
      if (sizes[c] > 0) {
        double[] sum = tally.sum(set, c);
        double length = length(sum);
        for (int j = 0; length > 0 && j < width; j++) {
          values[c * width + j] = (float) (sum[j] / length);
        }
      }
    }
    for (int c = 0; c < clusters; c++) {
      if (sizes[c] == 0) {
        split(values, width, largest(sizes), c);
        halve(sizes, largest(sizes), c);
      }
    }
    return new Matrix(clusters, width, values).unit();
  }

  private static int largest(long[] sizes) {
    int largest = 0;
    for (int c = 1; c < sizes.length; c++) {
      if (sizes[c] > sizes[largest]) {
        largest = c;
      }
    }
    return largest;
  }

  private static void halve(long[] sizes, int from, int to) {
    sizes[to] = sizes[from] / 2;
    sizes[from] -= sizes[to];
  }

  private static void split(float[] values, int width, int from, int to) {
    for (int j = 0; j < width; j++) {
      float value = values[from * width + j];
      float step = (j % 2 == 0 ? SPLIT : -SPLIT) * value;
      values[to * width + j] = value + step;
      values[from * width + j] = value - step;
    }
  }

  private static double length(double[] vector) {
    double squares = 0;
    for (double value : vector) {
      squares += value * value;
    }
    return Math.sqrt(squares);
  }
}
