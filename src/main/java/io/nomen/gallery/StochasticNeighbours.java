package io.nomen.gallery;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Exact t-SNE (van der Maaten and Hinton, JMLR 2008) with the settings that Belkina et al. (Nature
 * Communications 2019) and Kobak and Berens (2019) recommend: a start from the principal
 * components, early exaggeration 12, learning rate n / 12. Time is quadratic in the rows: about two
 * seconds of one core for 1,500. The cores share it, and however many there are the places are the
 * same.
 */
final class StochasticNeighbours {
  private static final int EXAGGERATED = 150;
  private static final int ITERATIONS = 500;
  private static final double EXAGGERATION = 12;
  private static final double PERPLEXITY = 30;

  /** Sums are taken in so many parts, one after the other or side by side. */
  private static final int PARTS = 4;

  private final float[] rows;
  private final int width;
  private final int n;

  /** Rows {@code [n, width]} row-major; the first two columns are the start. */
  StochasticNeighbours(float[] rows, int width) {
    this.rows = rows;
    this.width = width;
    this.n = rows.length / width;
  }

  /** Places {@code [n, 2]} row-major. */
  double[] embed(Random random) {
    double[][] affinity = affinities();
    double[] places = start(random);
    double[] step = new double[2 * n];
    double[] gain = new double[2 * n];
    double[] gradient = new double[2 * n];
    Forces[] parts = IntStream.range(0, PARTS).mapToObj(p -> new Forces(n)).toArray(Forces[]::new);
    Arrays.fill(gain, 1);
    double rate = Math.max(n / EXAGGERATION, 50);
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
      boolean early = iteration < EXAGGERATED;
      IntStream.range(0, PARTS).parallel().forEach(p -> parts[p].between(affinity, places, p));
      gradient(parts, early ? EXAGGERATION : 1, gradient);
      double momentum = early ? 0.5 : 0.8;
      for (int k = 0; k < places.length; k++) {
        boolean turned = Math.signum(gradient[k]) == Math.signum(step[k]);
        gain[k] = turned ? Math.max(0.01, gain[k] * 0.8) : gain[k] + 0.2;
        step[k] = momentum * step[k] - rate * gain[k] * gradient[k];
        places[k] += step[k];
      }
    }
    return places;
  }

  /** Symmetric, in the lower triangle ({@code j < i}); the whole matrix sums to 1. */
  private double[][] affinities() {
    double[][] conditional = new double[n][];
    Arrays.parallelSetAll(conditional, this::neighbours);
    double[][] joint = new double[n][];
    for (int i = 0; i < n; i++) {
      joint[i] = new double[i];
      for (int j = 0; j < i; j++) {
        joint[i][j] = Math.max((conditional[i][j] + conditional[j][i]) / (2.0 * n), 1e-12);
      }
    }
    return joint;
  }

  /** How likely {@code row} picks each other row, at the precision that gives the perplexity. */
  private double[] neighbours(int row) {
    double[] distance = new double[n];
    double nearest = Double.POSITIVE_INFINITY;
    for (int j = 0; j < n; j++) {
      distance[j] = distance(row, j);
      nearest = j == row ? nearest : Math.min(nearest, distance[j]);
    }
    double wanted = Math.log(Math.min(PERPLEXITY, (n - 1) / 3.0));
    double precision = 1;
    double low = 0;
    double high = Double.POSITIVE_INFINITY;
    double[] share = new double[n];
    for (int attempt = 0; attempt < 60; attempt++) {
      double entropy = shares(row, distance, nearest, precision, share);
      if (Math.abs(entropy - wanted) < 1e-5) {
        break;
      }
      if (entropy > wanted) {
        low = precision;
        precision = Double.isInfinite(high) ? precision * 2 : (precision + high) / 2;
      } else {
        high = precision;
        precision = (precision + low) / 2;
      }
    }
    return share;
  }

  /** Fills {@code share} and returns its entropy in nats. */
  private static double shares(
      int row, double[] distance, double nearest, double precision, double[] share) {
    double sum = 0;
    double weighted = 0;
    for (int j = 0; j < share.length; j++) {
      // Distances beyond the nearest one: the largest share cannot underflow.
      double beyond = distance[j] - nearest;
      share[j] = j == row ? 0 : Math.exp(-beyond * precision);
      sum += share[j];
      weighted += share[j] * (j == row ? 0 : beyond);
    }
    for (int j = 0; j < share.length; j++) {
      share[j] /= sum;
    }
    return Math.log(sum) + precision * weighted / sum;
  }

  private double distance(int i, int j) {
    double sum = 0;
    for (int k = 0; k < width; k++) {
      double difference = rows[i * width + k] - rows[j * width + k];
      sum += difference * difference;
    }
    return sum;
  }

  private double[] start(Random random) {
    double spread = 0;
    for (int i = 0; i < n; i++) {
      spread += rows[i * width] * (double) rows[i * width] / n;
    }
    double scale = spread > 0 ? 1e-4 / Math.sqrt(spread) : 0;
    double[] places = new double[2 * n];
    for (int k = 0; k < places.length; k++) {
      // A little noise parts rows that are equal.
      places[k] = rows[k / 2 * width + k % 2] * scale + 1e-6 * random.nextGaussian();
    }
    return places;
  }

  private static void gradient(Forces[] parts, double exaggeration, double[] gradient) {
    double sum = 0;
    for (Forces part : parts) {
      sum += part.sum;
    }
    for (int k = 0; k < gradient.length; k++) {
      double attraction = 0;
      double repulsion = 0;
      for (Forces part : parts) {
        attraction += part.attraction[k];
        repulsion += part.repulsion[k];
      }
      gradient[k] = 4 * (exaggeration * attraction - repulsion / (2 * sum));
    }
  }

  /** What pairs of places do to each other, summed over every {@value #PARTS}th row. */
  private static final class Forces {
    private final double[] attraction;
    private final double[] repulsion;
    private double sum;

    Forces(int n) {
      attraction = new double[2 * n];
      repulsion = new double[2 * n];
    }

    void between(double[][] affinity, double[] places, int part) {
      Arrays.fill(attraction, 0);
      Arrays.fill(repulsion, 0);
      sum = 0;
      for (int i = part; i < affinity.length; i += PARTS) {
        row(affinity[i], places, i);
      }
    }

    private void row(double[] affinity, double[] places, int i) {
      double x = places[2 * i];
      double y = places[2 * i + 1];
      double nearness = 0;
      double ax = 0;
      double ay = 0;
      double rx = 0;
      double ry = 0;
      for (int j = 0; j < affinity.length; j++) {
        double dx = x - places[2 * j];
        double dy = y - places[2 * j + 1];
        double near = 1 / (1 + dx * dx + dy * dy);
        double pull = affinity[j] * near;
        double push = near * near;
        nearness += near;
        ax += pull * dx;
        ay += pull * dy;
        rx += push * dx;
        ry += push * dy;
        attraction[2 * j] -= pull * dx;
        attraction[2 * j + 1] -= pull * dy;
        repulsion[2 * j] -= push * dx;
        repulsion[2 * j + 1] -= push * dy;
      }
      sum += nearness;
      attraction[2 * i] += ax;
      attraction[2 * i + 1] += ay;
      repulsion[2 * i] += rx;
      repulsion[2 * i + 1] += ry;
    }
  }
}
