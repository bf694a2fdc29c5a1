package io.nomen.method;

import io.nomen.semantics.AverageLinkage;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import io.nomen.tensor.Silhouette;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Clusters by average linkage, found on a sample.
 *
 * <p>Classes may be of very unequal sizes (Caltech-101's: 9 to 240). k-means cuts large ones up,
 * and so does training that rewards equal sizes; linkage leaves them whole. Where classes run into
 * each other it is linkage that fails: it ends with a giant and dwarfs.
 *
 * @param numbers [n] which rows the sample holds, rising
 * @param images [n, d] the sampled images as they are: centred, without texts, not smoothed
 * @param groups [n] cluster of each
 * @param centres [K, width] mean direction of each cluster in the space that was linked
 */
record LinkedGroups(long[] numbers, Matrix images, int[] groups, Matrix centres) {
  /** About so many rows are linked: more takes time and memory with their square. */
  private static final int SAMPLE = 4096;

  /** Fewer rows per cluster than this tell too little. */
  private static final int LEAST_PER_CLUSTER = 4;

  /** Whether there are enough rows for so many clusters. */
  static boolean possible(long rows, int clusters) {
    long linked = Math.min(rows, SAMPLE);
    return clusters > 1 && clusters <= linked / LEAST_PER_CLUSTER;
  }

  /**
   * Links rows of {@code space}.
   *
   * @param space [N, width], unit rows
   * @param way what is done to the sample before it is linked
   * @param images [N, d], unit rows: the images alone
   */
  static LinkedGroups find(
      RowBlocks space, UnaryOperator<RowBlocks> way, RowBlocks images, int clusters, long seed) {
    RowSample sample = RowSample.hashed(space, SAMPLE, seed);
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(space.blocks().context());
    RowBlocks brought = way.apply(RowBlocks.of(spark, sample.rows().values(), space.width()));
    Matrix rows = new Matrix(sample.rows().rows(), brought.width(), brought.collect());
    int[] groups = AverageLinkage.clusters(rows, clusters);
    return new LinkedGroups(
        sample.numbers(),
        RowSample.hashed(images, SAMPLE, seed).rows(),
        groups,
        means(rows, groups));
  }

  /** How well these clusters separate the images: mean silhouette in cosine distance, −1 to 1. */
  double silhouette() {
    return silhouette(groups, centres.rows());
  }

  /**
   * The same for other clusters of the same images.
   *
   * @param clusters [N] of all rows
   */
  double silhouetteOf(int[] clusters) {
    int[] sampled = new int[numbers.length];
    for (int i = 0; i < sampled.length; i++) {
      sampled[i] = clusters[Math.toIntExact(numbers[i])];
    }
    return silhouette(sampled, Arrays.stream(clusters).max().orElseThrow() + 1);
  }

  private double silhouette(int[] clusters, int count) {
    return Silhouette.of(images.values(), images.width(), clusters, count, clusters.length, 0)
        .overall();
  }

  private static Matrix means(Matrix rows, int[] groups) {
    int width = rows.width();
    int count = Arrays.stream(groups).max().orElseThrow() + 1;
    float[] sums = new float[count * width];
    for (int i = 0; i < groups.length; i++) {
      for (int j = 0; j < width; j++) {
        sums[groups[i] * width + j] += rows.values()[i * width + j];
      }
    }
    return new Matrix(count, width, sums).unit();
  }
}
