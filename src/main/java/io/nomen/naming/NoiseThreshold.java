package io.nomen.naming;

import java.util.List;
import java.util.Random;

/**
 * How high a noun's score gets by chance. The images are dealt to clusters of the same sizes at
 * random a number of times; a score that counts must exceed the mean of the best chance scores by
 * three standard deviations. Small clusters have high chance scores, so every cluster has its own
 * threshold.
 */
public final class NoiseThreshold {
  /** Random assignments that settle a mean and a deviation well enough. */
  public static final int ROUNDS = 20;

  private static final double DEVIATIONS = 3;

  private NoiseThreshold() {}

  /**
   * Random assignments with the clusters' sizes kept.
   *
   * @param clusters [n]
   * @return [rounds, n]
   */
  public static int[][] shuffled(int[] clusters, int rounds, long seed) {
    Random random = new Random(seed);
    int[][] all = new int[rounds][];
    for (int r = 0; r < rounds; r++) {
      int[] dealt = clusters.clone();
      for (int i = dealt.length - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int swapped = dealt[i];
        dealt[i] = dealt[j];
        dealt[j] = swapped;
      }
      all[r] = dealt;
    }
    return all;
  }

  /**
   * The thresholds that a number of random assignments give.
   *
   * @param maxima [K] the best score of each cluster, of at least two random assignments
   * @return [K] the score that each cluster's name must exceed
   */
  public static double[] of(List<double[]> maxima) {
    if (maxima.size() < 2) {
      throw new IllegalArgumentException(
          "a threshold needs at least two random assignments, not " + maxima.size());
    }
    double[] thresholds = new double[maxima.get(0).length];
    for (int c = 0; c < thresholds.length; c++) {
      int cluster = c;
      double mean = maxima.stream().mapToDouble(m -> m[cluster]).average().orElse(0);
      double square =
          maxima.stream().mapToDouble(m -> (m[cluster] - mean) * (m[cluster] - mean)).sum();
      thresholds[c] = mean + DEVIATIONS * Math.sqrt(square / (maxima.size() - 1));
    }
    return thresholds;
  }
}
