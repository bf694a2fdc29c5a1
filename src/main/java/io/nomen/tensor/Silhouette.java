package io.nomen.tensor;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Silhouette in cosine distance (Rousseeuw 1987): for an image, how much nearer its own cluster is
 * than the nearest other one, −1 to 1.
 *
 * <p>For unit rows the mean cosine distance to all members of a cluster follows from the sum of the
 * members' vectors, so every row costs K products instead of N and the value is exact. A sample
 * only decides over which images it is averaged.
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
    double[][] columns = columns(sums, width);
    double[] products = new double[sizes.length];
    for (int row : rows) {
      int own = clusters[row];
      multiply(values, row * width, columns, products);
      totals[own] += ofRow(products, own, square(values, row * width, width), sizes);
      counted[own]++;
    }
    double[] means = new double[sizes.length];
    Arrays.setAll(means, c -> totals[c] / counted[c]);
    return new Silhouette(Arrays.stream(totals).sum() / rows.length, means);
  }

  /** The sums of all clusters column by column, [d][K]: so the compiler makes vectors of them. */
  private static double[][] columns(double[][] sums, int width) {
    double[][] columns = new double[width][sums.length];
    for (int c = 0; c < sums.length; c++) {
      for (int k = 0; k < width; k++) {
        columns[k][c] = sums[c][k];
      }
    }
    return columns;
  }

  private static void multiply(float[] values, int offset, double[][] columns, double[] products) {
    Arrays.fill(products, 0);
    for (int k = 0; k < columns.length; k++) {
      add(products, columns[k], values[offset + k]);
    }
  }

  private static void add(double[] products, double[] column, double value) {
    for (int c = 0; c < products.length; c++) {
      products[c] += value * column[c];
    }
  }

  /**
   * Of a row.
   *
   * @param products [K] of the row with the sums of all clusters
   * @param self the row's product with itself
   */
  private static double ofRow(double[] products, int own, double self, long[] sizes) {
    if (sizes[own] < 2) {
      return 0;
    }
    double inside = (sizes[own] - 1 - (products[own] - self)) / (sizes[own] - 1);
    double outside = Double.POSITIVE_INFINITY;
    for (int c = 0; c < sizes.length; c++) {
      if (c != own && sizes[c] > 0) {
        outside = Math.min(outside, 1 - products[c] / sizes[c]);
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
