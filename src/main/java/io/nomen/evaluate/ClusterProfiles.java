package io.nomen.evaluate;

import io.nomen.tensor.FixedPointSums;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.UnitRows;
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
 */
public record ClusterProfiles(float[] means, int width, long[] medoids) {
  /** Cosine of two means from which on the two clusters are called nearly the same. */
  public static final double NEARLY_SAME = 0.97;

  /** Two passes over the embeddings. */
  public static ClusterProfiles of(RowBlocks embeddings, int[] clusters, int count) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(embeddings.blocks().context());
    int width = embeddings.width();
    Broadcast<int[]> assigned = spark.broadcast(clusters);
    int fractionBits = FixedPointSums.fractionBits(embeddings.rows(), 1);
    FixedPointSums sums =
        embeddings
            .blocks()
            .treeAggregate(
                new FixedPointSums(Math.multiplyExact(count, width), fractionBits),
                (sum, block) -> addRows(sum, block, assigned.value()),
                FixedPointSums::merge);
    float[] means = UnitRows.of(sums.get(0, count * width), width);
    Broadcast<float[]> centres = spark.broadcast(means);
    Medoids medoids =
        embeddings
            .blocks()
            .mapPartitions(
                blocks -> {
                  Medoids best = new Medoids(count);
                  blocks.forEachRemaining(
                      block -> best.offer(block, assigned.value(), centres.value()));
                  return List.of(best).iterator();
                })
            .treeReduce(Medoids::merge);
    centres.destroy();
    assigned.destroy();
    return new ClusterProfiles(means, width, medoids.row);
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

  private static FixedPointSums addRows(FixedPointSums sums, RowBlock block, int[] clusters) {
    int width = block.width();
    for (int i = 0; i < block.rows(); i++) {
      int cluster = clusters[Math.toIntExact(block.firstRow() + i)];
      sums.add(cluster * width, block.values(), i * width, width);
    }
    return sums;
  }

  /** The row nearest to each mean; of equals the first. */
  private static final class Medoids implements Serializable {
    private static final long serialVersionUID = 1L;

    private final long[] row;
    private final float[] cosine;

    Medoids(int count) {
      row = new long[count];
      cosine = new float[count];
      Arrays.fill(row, -1);
      Arrays.fill(cosine, Float.NEGATIVE_INFINITY);
    }

    void offer(RowBlock block, int[] clusters, float[] centres) {
      int width = block.width();
      for (int i = 0; i < block.rows(); i++) {
        int cluster = clusters[Math.toIntExact(block.firstRow() + i)];
        float product = 0;
        for (int j = 0; j < width; j++) {
          product += block.values()[i * width + j] * centres[cluster * width + j];
        }
        take(cluster, block.firstRow() + i, product);
      }
    }

    Medoids merge(Medoids other) {
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
