package io.nomen.kmeans;

import io.nomen.NomenException;

/**
 * How hard k-means tries.
 *
 * @param restarts how many sets of first centres are tried; the first is MLlib's
 * @param finished how many of them are carried to the end; the poorer half falls out after some
 *     passes over the sample, and again every few passes over all rows until this many are left
 * @param maxIterations most passes over all rows
 * @param tolerance a set of centres is finished when a pass lowers its cost (rows minus sum of
 *     cosines) by less than this share
 * @param rowsPerCluster the starts see about this many rows per cluster, drawn at random
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

  /** What the methods use: {@code restarts} starts, four of them carried to the end. */
  public static KMeansOptions withRestarts(int restarts) {
    return new KMeansOptions(restarts, Math.min(restarts, 4), 100, 1e-5, 32);
  }

  /** The same with {@code count} starts carried to the end. */
  public KMeansOptions withFinished(int count) {
    return new KMeansOptions(restarts, count, maxIterations, tolerance, rowsPerCluster);
  }
}
