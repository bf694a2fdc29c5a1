package io.nomen.semantics;

import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.SoftmaxRetrieval;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * How much more a noun is about a cluster's images than about all images: the mean retrieval weight
 * over the cluster less the mean over all.
 *
 * <p>Several assignments of the same rows are scored at once (the run's own, and shuffled ones that
 * tell how high a score gets by chance), because the retrieval costs more than the sums. Where the
 * sums of all clusters do not fit into {@value NounTally#MOST_VALUES} values, the rows are gone
 * over several times, for a part of the clusters each. Above {@value #MOST_ROWS} rows an even share
 * of them is looked at.
 */
public final class NounScores {
  /** Softer than in the counterparts: less winner-takes-all reads better. */
  public static final double TEMPERATURE = 0.02;

  private static final int MOST_ROWS = 20_000;
  private static final int TREE_DEPTH = 2;

  private NounScores() {}

  /**
   * Scores of all nouns for all clusters.
   *
   * @param embeddings [N, d], unit rows
   * @param nouns [m, d], unit rows
   * @param assignments each [N], the cluster of every row, 0 to K−1
   * @param clusters K
   * @return for each assignment [K, m]; zeros for a cluster without rows
   */
  public static List<float[][]> of(
      RowBlocks embeddings, Matrix nouns, List<int[]> assignments, int clusters) {
    requireSameRows(embeddings, assignments);
    int slots = assignments.size() * clusters;
    long stride = Math.max(1, (embeddings.rows() + MOST_ROWS - 1) / MOST_ROWS);
    int atOnce = Math.max(1, NounTally.MOST_VALUES / nouns.rows());
    double[][] means = new double[slots][];
    double[] sizes = new double[slots];
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(embeddings.blocks().context());
    Broadcast<Matrix> sharedNouns = spark.broadcast(nouns);
    Broadcast<int[][]> sharedAssignments = spark.broadcast(assignments.toArray(int[][]::new));
    try {
      for (int from = 0; from < slots; from += atOnce) {
        NounSlots range = new NounSlots(from, Math.min(slots, from + atOnce), clusters, stride);
        NounTally tally =
            embeddings
                .blocks()
                .mapPartitions(
                    part -> tally(part, sharedNouns.value(), sharedAssignments.value(), range))
                .treeReduce(NounTally::merge, TREE_DEPTH);
        for (int slot = range.from(); slot < range.to(); slot++) {
          sizes[slot] = tally.count(slot);
          means[slot] = tally.mean(slot);
        }
      }
    } finally {
      sharedNouns.destroy();
      sharedAssignments.destroy();
    }
    return lessOverall(means, sizes, assignments.size(), clusters, nouns.rows());
  }

  private static Iterator<NounTally> tally(
      Iterator<RowBlock> blocks, Matrix nouns, int[][] assignments, NounSlots range) {
    NounTally tally = new NounTally(range, nouns.rows());
    try (SoftmaxRetrieval retrieval = new SoftmaxRetrieval(nouns, TEMPERATURE)) {
      blocks.forEachRemaining(block -> tally.add(block, assignments, retrieval));
    }
    return List.of(tally).iterator();
  }

  private static List<float[][]> lessOverall(
      double[][] means, double[] sizes, int assignments, int clusters, int nouns) {
    double[] overall = new double[nouns];
    double rows = 0;
    for (int c = 0; c < clusters; c++) {
      rows += sizes[c];
      for (int j = 0; j < nouns; j++) {
        overall[j] += sizes[c] * means[c][j];
      }
    }
    float[][][] scores = new float[assignments][clusters][nouns];
    for (int slot = 0; slot < means.length; slot++) {
      for (int j = 0; sizes[slot] > 0 && j < nouns; j++) {
        scores[slot / clusters][slot % clusters][j] = (float) (means[slot][j] - overall[j] / rows);
      }
    }
    return List.of(scores);
  }

  private static void requireSameRows(RowBlocks embeddings, List<int[]> assignments) {
    for (int[] assignment : assignments) {
      if (assignment.length != embeddings.rows()) {
        throw new IllegalArgumentException(
            "%d rows but an assignment of %d".formatted(embeddings.rows(), assignment.length));
      }
    }
  }
}
