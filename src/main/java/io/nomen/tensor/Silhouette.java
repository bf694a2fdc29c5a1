package io.nomen.tensor;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Silhouette in cosine distance (Rousseeuw 1987): for an image, how much nearer its own cluster is
 * than the nearest other one, −1 to 1.
 *
 * <p>For unit rows the mean cosine distance to all members of a cluster follows from the sum of the
 * members' vectors, so every row costs K products instead of N. A sample only decides over which
 * images it is averaged.
 *
 * @param overall mean over the sampled images
 * @param perCluster [K] mean over each cluster's sampled images; NaN where there are none
 */
public record Silhouette(double overall, double[] perCluster) {

  /**
   * Averages over a sample of the rows.
   *
   * @param values [n, d] unit rows
   * @param clusters [n] 0 to K−1
   * @param count K
   * @param sample at most so many images are averaged over
   * @param seed draws the sample
   */
  public static Silhouette of(
      float[] values, int width, int[] clusters, int count, int sample, long seed) {
    double[][] sums = new double[count][width];
    long[] sizes = new long[count];
    for (int row = 0; row < clusters.length; row++) {
      double[] sum = sums[clusters[row]];
      sizes[clusters[row]]++;
      for (int i = 0; i < width; i++) {
        sum[i] += values[row * width + i];
      }
    }
    return of(values, width, clusters, sums, sizes, draw(clusters.length, sample, seed));
  }

  /**
   * As the other one, where the clusters were summed elsewhere (over a cluster of machines) and
   * {@code values} holds sampled rows only.
   *
   * @param values [n, d] unit rows
   * @param clusters [n] 0 to K−1
   * @param sums [K, d] sum of all members' unit rows
   * @param sizes [K] how many those were
   */
  public static Silhouette of(
      float[] values, int width, int[] clusters, double[][] sums, long[] sizes) {
    int[] all = IntStream.range(0, clusters.length).toArray();
    return of(values, width, clusters, sums, sizes, all);
  }

  private static Silhouette of(
      float[] values, int width, int[] clusters, double[][] sums, long[] sizes, int[] rows) {
    double[] totals = new double[sizes.length];
    long[] counted = new long[sizes.length];
    RowBlock chosen = new Matrix(clusters.length, width, values).select(rows).block();
    try (InnerProducts means = new InnerProducts(means(sums, sizes, width))) {
      means.of(
          chosen,
          (from, count, products) -> {
            for (int i = 0; i < count; i++) {
              int row = rows[from + i];
              int own = clusters[row];
              double self = square(values, row * width, width);
              totals[own] += ofRow(products, i * sizes.length, own, self, sizes);
              counted[own]++;
            }
          });
    }
    double[] averages = new double[sizes.length];
    Arrays.setAll(averages, c -> totals[c] / counted[c]);
    return new Silhouette(Arrays.stream(totals).sum() / rows.length, averages);
  }

  /** Mean rows of all clusters, [K, d]; zeros where one has no rows. */
  private static Matrix means(double[][] sums, long[] sizes, int width) {
    float[] means = new float[sizes.length * width];
    for (int i = 0; i < means.length; i++) {
      int cluster = i / width;
      means[i] = (float) (sums[cluster][i % width] / Math.max(1, sizes[cluster]));
    }
    return new Matrix(sizes.length, width, means);
  }

  /** Of a row, by its products with all clusters' means from number {@code at} on. */
  private static double ofRow(float[] products, int at, int own, double self, long[] sizes) {
    if (sizes[own] < 2) {
      return 0;
    }
    double inside = 0;
    double outside = Double.POSITIVE_INFINITY;
    for (int c = 0; c < sizes.length; c++) {
      if (c == own) {
        double others = (double) products[at + c] * sizes[c] - self;
        inside = 1 - others / (sizes[c] - 1);
      } else if (sizes[c] > 0) {
        outside = Math.min(outside, 1 - products[at + c]);
      }
    }
    double most = Math.max(inside, outside);
    return Double.isInfinite(outside) || most <= 0 ? 0 : (outside - inside) / most;
  }

  private static double square(float[] values, int offset, int width) {
    double sum = 0;
    for (int i = offset; i < offset + width; i++) {
      sum += (double) values[i] * values[i];
    }
    return sum;
  }

  /** Distinct rows in ascending order, all of them where the sample is large enough. */
  private static int[] draw(int rows, int sample, long seed) {
    int[] order = IntStream.range(0, rows).toArray();
    if (sample >= rows) {
      return order;
    }
    Random random = new Random(seed);
    for (int i = 0; i < sample; i++) {
      int j = i + random.nextInt(rows - i);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return Arrays.stream(order).limit(sample).sorted().toArray();
  }
}
