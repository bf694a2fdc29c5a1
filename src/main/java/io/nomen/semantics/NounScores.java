package io.nomen.semantics;

import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.SoftmaxRetrieval;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * How much more of each noun a cluster's images have than all images: the mean retrieval weight
 * over the cluster less the mean over all. Names are chosen by it.
 *
 * <p>The temperature is softer than that of text counterparts: the nearest noun then does not take
 * all, and the nouns beside it can be read. Above {@value #MOST_ROWS} rows an even share of them is
 * looked at.
 */
public final class NounScores {
  /** Of the softmax over nouns. */
  public static final double TEMPERATURE = 0.02;

  private static final int MOST_ROWS = 20_000;

  private NounScores() {}

  /**
   * Scores for several assignments of the same images at once: the real one, and shuffled ones that
   * say what chance reaches.
   *
   * @param embeddings [N, d] float32, unit rows
   * @param nouns [m, d], unit rows
   * @param assignments each [N], 0 to K−1
   * @param clusters K
   * @return for each assignment [K, m]; zeros for a cluster without a row
   */
  public static List<float[][]> of(
      RowBlocks embeddings, Matrix nouns, List<int[]> assignments, int clusters) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(embeddings.blocks().context());
    Broadcast<Matrix> sharedNouns = spark.broadcast(nouns);
    Broadcast<List<int[]>> shared = spark.broadcast(new ArrayList<>(assignments));
    long stride = Math.max(1, (embeddings.rows() + MOST_ROWS - 1) / MOST_ROWS);
    int count = assignments.size();
    Sums sums =
        embeddings
            .blocks()
            .mapPartitions(
                blocks ->
                    List.of(
                            Sums.over(
                                blocks,
                                new SoftmaxRetrieval(sharedNouns.value(), TEMPERATURE),
                                shared.value(),
                                stride,
                                new Sums(count, clusters, nouns.rows())))
                        .iterator())
            .treeReduce(Sums::merge);
    sharedNouns.destroy();
    shared.destroy();
    return sums.scores();
  }

  /** Sums of weights by assignment and cluster. */
  private static final class Sums implements Serializable {
    private static final long serialVersionUID = 1L;

    private final int clusters;
    private final int nouns;
    private final double[][] weights;
    private final long[][] rows;

    Sums(int assignments, int clusters, int nouns) {
      this.clusters = clusters;
      this.nouns = nouns;
      this.weights = new double[assignments][clusters * nouns];
      this.rows = new long[assignments][clusters];
    }

    static Sums over(
        java.util.Iterator<RowBlock> blocks,
        SoftmaxRetrieval retrieval,
        List<int[]> assignments,
        long stride,
        Sums sums) {
      try (retrieval) {
        while (blocks.hasNext()) {
          RowBlock block = blocks.next();
          RowBlock thinned = thin(block, stride);
          long first = firstKept(block, stride);
          retrieval.weights(
              thinned,
              (from, count, part) -> {
                for (int i = 0; i < count; i++) {
                  sums.add(part, i, Math.toIntExact(first + (from + i) * stride), assignments);
                }
              });
        }
      }
      return sums;
    }

    private void add(float[] part, int i, int row, List<int[]> assignments) {
      for (int a = 0; a < weights.length; a++) {
        int cluster = assignments.get(a)[row];
        double[] sum = weights[a];
        rows[a][cluster]++;
        for (int j = 0; j < nouns; j++) {
          sum[cluster * nouns + j] += part[i * nouns + j];
        }
      }
    }

    Sums merge(Sums other) {
      for (int a = 0; a < weights.length; a++) {
        for (int i = 0; i < weights[a].length; i++) {
          weights[a][i] += other.weights[a][i];
        }
        for (int c = 0; c < clusters; c++) {
          rows[a][c] += other.rows[a][c];
        }
      }
      return this;
    }

    List<float[][]> scores() {
      double[] overall = new double[nouns];
      long all = 0;
      for (int c = 0; c < clusters; c++) {
        all += rows[0][c];
        for (int j = 0; j < nouns; j++) {
          overall[j] += weights[0][c * nouns + j];
        }
      }
      List<float[][]> scores = new ArrayList<>();
      for (int a = 0; a < weights.length; a++) {
        float[][] score = new float[clusters][nouns];
        for (int c = 0; c < clusters; c++) {
          for (int j = 0; j < nouns && rows[a][c] > 0; j++) {
            score[c][j] = (float) (weights[a][c * nouns + j] / rows[a][c] - overall[j] / all);
          }
        }
        scores.add(score);
      }
      return scores;
    }

    private static long firstKept(RowBlock block, long stride) {
      return (block.firstRow() + stride - 1) / stride * stride;
    }

    private static RowBlock thin(RowBlock block, long stride) {
      if (stride == 1) {
        return block;
      }
      long first = firstKept(block, stride);
      long end = block.firstRow() + block.rows();
      int kept = first >= end ? 0 : Math.toIntExact((end - first + stride - 1) / stride);
      float[] values = new float[kept * block.width()];
      for (int i = 0; i < kept; i++) {
        int from = Math.toIntExact(first + i * stride - block.firstRow());
        System.arraycopy(
            block.values(), from * block.width(), values, i * block.width(), block.width());
      }
      return new RowBlock(first, kept, block.width(), values);
    }
  }
}
