package io.nomen.semantics;

import io.nomen.NomenException;

/**
 * How hard k-means tries.
 *
 * @param restarts how often MLlib starts anew, each time with another seed
 * @param finished how many of the restarts, the best by MLlib's training cost, go on over all rows
 * @param maxIterations most passes over the rows, for MLlib's part and for the finish alike
 * @param tolerance the finish ends when a pass lowers the cost by less than this share of it
 * @param rowsPerCluster MLlib trains on about this many rows per cluster, drawn at random; the
 *     finish sees all
 */
public record KMeansOptions(
    int restarts, int finished, int maxIterations, double tolerance, int rowsPerCluster) {

  public KMeansOptions {
    if (restarts < 1 || finished < 1 || maxIterations < 1 || rowsPerCluster < 1) {
      throw NomenException.usage(
          "k-means needs at least one restart, finished restart, iteration and row per cluster"
              + " (found %d, %d, %d, %d)."
                  .formatted(restarts, finished, maxIterations, rowsPerCluster));
    }
    if (!(tolerance >= 0)) {
      throw NomenException.usage(
          "The tolerance of k-means is %s; give 0 or more.".formatted(tolerance));
    }
  }

  /** What the methods use: {@code restarts} starts, the best four finished on all rows. */
  public static KMeansOptions withRestarts(int restarts) {
    return new KMeansOptions(restarts, Math.min(restarts, 4), 100, 1e-5, 256);
  }
}
