package io.nomen.evaluate;

import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;

/**
 * Where each cluster lies among the embeddings: its unit mean, the image nearest to it, and the
 * clusters beside it.
 *
 * @param means [K, d] float32, unit rows; zeros for an empty cluster
 * @param medoids [K] row of the image nearest to the mean; −1 for an empty cluster
 */
public record ClusterProfiles(float[] means, int width, long[] medoids) {
  /** Cosine of two means from which on the two clusters are called nearly the same. */
  public static final double NEARLY_SAME = 0.97;

  /**
   * Two passes over the embeddings.
   *
   * @param assignments of the same rows, in the same blocks and partitions
   * @param count K
   */
  public static ClusterProfiles of(
      RowBlocks embeddings, JavaRDD<AssignmentBlock> assignments, int count) {
    return ClusterStatistics.profiles(embeddings, assignments, count);
  }

  /** [K, d] the unit means alone, in one pass; zeros for an empty cluster. */
  public static Matrix means(
      RowBlocks embeddings, JavaRDD<AssignmentBlock> assignments, int count) {
    return new Matrix(
        count, embeddings.width(), ClusterStatistics.means(embeddings, assignments, count));
  }

  /** Numbers of the clusters nearest to {@code cluster}, nearest first. */
  public List<Integer> near(int cluster, int most) {
    return IntStream.range(0, medoids.length)
        .filter(other -> other != cluster && medoids[other] >= 0)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer other) -> -similarity(cluster, other)))
        .limit(most)
        .toList();
  }

  /** Cosine of two clusters' means. */
  public double similarity(int a, int b) {
    double sum = 0;
    for (int i = 0; i < width; i++) {
      sum += (double) means[a * width + i] * means[b * width + i];
    }
    return sum;
  }
}
