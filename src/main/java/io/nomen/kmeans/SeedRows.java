package io.nomen.kmeans;

import io.nomen.tensor.InnerProducts;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Chooses rows of a small matrix of unit rows as first centres. */
final class SeedRows {
  private SeedRows() {}

  /** {@code count} different of {@code rows} rows with equal chances. */
  static int[] any(int rows, int count, SplittableRandom random) {
    int[] places = new int[rows];
    Arrays.setAll(places, i -> i);
    for (int i = 0; i < count; i++) {
      int other = i + random.nextInt(places.length - i);
      int place = places[other];
      places[other] = places[i];
      places[i] = place;
    }
    return Arrays.copyOf(places, count);
  }

  /**
   * k-means++ (Arthur, Vassilvitskii 2007): every next row with a chance in proportion to its
   * squared distance, 2 − 2 cosine, from the nearest one chosen. Where all rows left are copies of
   * chosen ones, the chances are equal.
   */
  static int[] farApart(Matrix rows, int count, SplittableRandom random) {
    int[] chosen = new int[count];
    double[] distances = new double[rows.rows()];
    Arrays.fill(distances, 1);
    try (InnerProducts products = new InnerProducts(rows)) {
      for (int i = 0; i < count; i++) {
        chosen[i] = drawn(distances, random);
        boolean first = i == 0;
        products.of(
            new RowBlock(0, 1, rows.width(), rows.row(chosen[i])),
            (from, one, cosines) -> lower(distances, cosines, first));
        distances[chosen[i]] = 0;
      }
    }
    return chosen;
  }

  private static int drawn(double[] weights, SplittableRandom random) {
    double sum = Arrays.stream(weights).sum();
    if (sum <= 0) {
      return random.nextInt(weights.length);
    }
    double left = random.nextDouble() * sum;
    int place = 0;
    while (place < weights.length - 1 && left >= weights[place]) {
      left -= weights[place++];
    }
    return place;
  }

  private static void lower(double[] distances, float[] cosines, boolean first) {
    for (int i = 0; i < distances.length; i++) {
      double distance = Math.max(0, 1 - cosines[i]);
      distances[i] = first ? distance : Math.min(distances[i], distance);
    }
  }
}
