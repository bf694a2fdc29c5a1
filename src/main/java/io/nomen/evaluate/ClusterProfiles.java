package io.nomen.evaluate;

import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Where each cluster lies among the embeddings: its unit mean, the image nearest to it, and the
 * clusters beside it.
 *
 * @param means [K, d] float32, unit rows; zeros for an empty cluster
 * @param medoids [K] row of the image nearest to the mean; −1 for an empty cluster
 * @param medoidCosine [K]
 */
public record ClusterProfiles(float[] means, int width, long[] medoids, float[] medoidCosine) {
  /** Cosine of two means from which on the two clusters are called nearly the same. */
  public static final double NEARLY_SAME = 0.97;

  /** Two passes over the embeddings. */
  public static ClusterProfiles of(RowBlocks embeddings, int[] clusters, int count) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(embeddings.blocks().context());
    int width = embeddings.width();
    Broadcast<int[]> assigned = spark.broadcast(clusters);
    double[] sums =
        embeddings
            .blocks()
            .treeAggregate(
                new double[count * width],
                (sum, block) -> addRows(sum, block, assigned.value()),
                ClusterProfiles::add);
    float[] means = unit(sums, width);
    Broadcast<float[]> centres = spark.broadcast(means);
    Nearest nearest =
        embeddings
            .blocks()
            .treeAggregate(
                new Nearest(count),
                (best, block) -> best.look(block, assigned.value(), centres.value()),
                Nearest::merge);
    centres.destroy();
    assigned.destroy();
    return new ClusterProfiles(means, width, nearest.row, nearest.cosine);
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

  private static double[] addRows(double[] sum, RowBlock block, int[] clusters) {
    int width = block.width();
    for (int i = 0; i < block.rows(); i++) {
      int base = clusters[Math.toIntExact(block.firstRow() + i)] * width;
      for (int j = 0; j < width; j++) {
        sum[base + j] += block.values()[i * width + j];
      }
    }
    return sum;
  }

  private static double[] add(double[] a, double[] b) {
    for (int i = 0; i < a.length; i++) {
      a[i] += b[i];
    }
    return a;
  }

  private static float[] unit(double[] sums, int width) {
    float[] unit = new float[sums.length];
    for (int start = 0; start < sums.length; start += width) {
      double square = 0;
      for (int i = start; i < start + width; i++) {
        square += sums[i] * sums[i];
      }
      double scale = square > 0 ? 1 / Math.sqrt(square) : 0;
      for (int i = start; i < start + width; i++) {
        unit[i] = (float) (sums[i] * scale);
      }
    }
    return unit;
  }

  /** The row nearest to each mean; of equals the first. */
  private static final class Nearest implements Serializable {
    private static final long serialVersionUID = 1L;

    private final long[] row;
    private final float[] cosine;

    Nearest(int count) {
      row = new long[count];
      cosine = new float[count];
      Arrays.fill(row, -1);
      Arrays.fill(cosine, Float.NEGATIVE_INFINITY);
    }

    Nearest look(RowBlock block, int[] clusters, float[] centres) {
      int width = block.width();
      for (int i = 0; i < block.rows(); i++) {
        int cluster = clusters[Math.toIntExact(block.firstRow() + i)];
        float product = 0;
        for (int j = 0; j < width; j++) {
          product += block.values()[i * width + j] * centres[cluster * width + j];
        }
        take(cluster, block.firstRow() + i, product);
      }
      return this;
    }

    Nearest merge(Nearest other) {
      for (int cluster = 0; cluster < row.length; cluster++) {
        if (other.row[cluster] >= 0) {
          take(cluster, other.row[cluster], other.cosine[cluster]);
        }
      }
      return this;
    }

    private void take(int cluster, long candidate, float product) {
      boolean better = product > cosine[cluster];
      boolean equalButEarlier = product == cosine[cluster] && candidate < row[cluster];
      if (row[cluster] < 0 || better || equalButEarlier) {
        row[cluster] = candidate;
        cosine[cluster] = product;
      }
    }
  }
}
