package io.nomen.gallery;

import java.util.Random;

/** The first principal components of some rows, by orthogonal iteration. */
final class PrincipalComponents {
  /** Enough for a picture: the spectrum of image embeddings falls fast. */
  private static final int ITERATIONS = 12;

  private PrincipalComponents() {}

  /**
   * Projects the centred rows on their first components, the strongest first.
   *
   * @param rows {@code [n, width]} row-major; not changed
   * @return {@code [n, components]} row-major
   */
  static float[] project(float[] rows, int width, int components, Random random) {
    int n = rows.length / width;
    float[] centred = centred(rows, n, width);
    double[][] axes = new double[components][width];
    for (double[] axis : axes) {
      for (int d = 0; d < width; d++) {
        axis[d] = random.nextGaussian();
      }
    }
    orthonormalise(axes);
    double[] product = new double[components];
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
      double[][] next = new double[components][width];
      for (int i = 0; i < n; i++) {
        multiply(centred, i * width, axes, product);
        for (int c = 0; c < components; c++) {
          add(next[c], product[c], centred, i * width);
        }
      }
      axes = next;
      orthonormalise(axes);
    }
    float[] out = new float[n * components];
    for (int i = 0; i < n; i++) {
      multiply(centred, i * width, axes, product);
      for (int c = 0; c < components; c++) {
        out[i * components + c] = (float) product[c];
      }
    }
    return out;
  }

  private static float[] centred(float[] rows, int n, int width) {
    double[] mean = new double[width];
    for (int i = 0; i < rows.length; i++) {
      mean[i % width] += rows[i] / (double) n;
    }
    float[] out = new float[rows.length];
    for (int i = 0; i < rows.length; i++) {
      out[i] = (float) (rows[i] - mean[i % width]);
    }
    return out;
  }

  private static void multiply(float[] rows, int at, double[][] axes, double[] product) {
    for (int c = 0; c < axes.length; c++) {
      double sum = 0;
      double[] axis = axes[c];
      for (int d = 0; d < axis.length; d++) {
        sum += axis[d] * rows[at + d];
      }
      product[c] = sum;
    }
  }

  private static void add(double[] to, double factor, float[] rows, int at) {
    for (int d = 0; d < to.length; d++) {
      to[d] += factor * rows[at + d];
    }
  }

  /** Gram and Schmidt; an axis that vanishes (fewer dimensions than asked for) stays zero. */
  private static void orthonormalise(double[][] axes) {
    for (int c = 0; c < axes.length; c++) {
      for (int before = 0; before < c; before++) {
        double dot = dot(axes[c], axes[before]);
        for (int d = 0; d < axes[c].length; d++) {
          axes[c][d] -= dot * axes[before][d];
        }
      }
      double norm = Math.sqrt(dot(axes[c], axes[c]));
      for (int d = 0; d < axes[c].length; d++) {
        axes[c][d] = norm > 1e-12 ? axes[c][d] / norm : 0;
      }
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += a[d] * b[d];
    }
    return sum;
  }
}
