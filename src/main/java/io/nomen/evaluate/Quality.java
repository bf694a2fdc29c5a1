package io.nomen.evaluate;

import java.util.List;

/** How good a clustering looks without any label. */
public final class Quality {
  private Quality() {}

  /**
   * Share of neighbour pairs that are in one cluster, 0 to 1.
   *
   * @param clusters [n] of some images
   * @param neighbours [n, w] clusters of each image's nearest others
   */
  public static double neighbourConsistency(int[] clusters, int[] neighbours) {
    int perRow = neighbours.length / clusters.length;
    long same = 0;
    for (int i = 0; i < neighbours.length; i++) {
      same += neighbours[i] == clusters[i / perRow] ? 1 : 0;
    }
    return (double) same / neighbours.length;
  }

  /** Mean adjusted Rand index in per cent over all pairs of restarts; 100 for a single one. */
  public static double stability(List<int[]> restarts) {
    double sum = 0;
    int pairs = 0;
    for (int a = 0; a < restarts.size(); a++) {
      for (int b = a + 1; b < restarts.size(); b++) {
        sum += Scores.of(restarts.get(a), restarts.get(b)).ari();
        pairs++;
      }
    }
    return pairs == 0 ? 100 : sum / pairs;
  }
}
