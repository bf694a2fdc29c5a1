package io.nomen.semantics;

import io.nomen.tensor.FixedPointSums;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import io.nomen.tensor.SoftmaxRetrieval;
import io.nomen.tensor.TreeReduce;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * How much more a noun is about a cluster's images than about all images: the mean retrieval weight
 * over the cluster less the mean over all.
 *
 * <p>Several assignments of the same rows are scored at once (the run's own, and shuffled ones that
 * tell how high a score gets by chance), because the retrieval costs more than the sums. Where the
 * sums of all clusters do not fit into {@value #MOST_SUMS} values, the rows are gone over several
 * times, for a part of the clusters each.
 *
 * @param scores [K, m] of the first assignment; zeros for a cluster without rows
 * @param maxima for each further assignment [K], the best score of each cluster
 */
public record NounScores(float[][] scores, List<double[]> maxima) {
  /** Softer than in the counterparts: less winner-takes-all reads better. */
  public static final double TEMPERATURE = 0.02;

  /** Most sums of a pass: 128 MB for each task. */
  private static final int MOST_SUMS = 1 << 24;

  /**
   * Scores of all nouns for all clusters.
   *
   * @param embeddings [N, d], unit rows
   * @param nouns [m, d], unit rows
   * @param rows the numbers, rising, of the rows that are looked at
   * @param assignments each the cluster of every one of these, 0 to K−1; the first is the one that
   *     counts
   * @param clusters K
   */
  public static NounScores of(
      RowBlocks embeddings, Matrix nouns, int[] rows, List<int[]> assignments, int clusters) {
    requireSameRows(rows.length, assignments);
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(embeddings.blocks().context());
    RowBlocks looked =
        rows.length == embeddings.rows()
            ? embeddings
            : RowBlocks.of(
                spark, RowSample.of(embeddings, rows).rows().values(), embeddings.width());
    int slots = assignments.size() * clusters;
    int atOnce = Math.max(1, MOST_SUMS / nouns.rows());
    Overall overall = new Overall(clusters, nouns.rows());
    double[][] maxima = new double[assignments.size()][clusters];
    Broadcast<Matrix> sharedNouns = spark.broadcast(nouns);
    Broadcast<int[][]> sharedAssignments = spark.broadcast(assignments.toArray(int[][]::new));
    try {
      for (int from = 0; from < slots; from += atOnce) {
        Slots range = new Slots(from, Math.min(slots, from + atOnce), clusters);
        NounTally tally =
            TreeReduce.of(
                looked
                    .blocks()
                    .mapPartitions(
                        part -> tally(part, sharedNouns.value(), sharedAssignments.value(), range)),
                (long) range.count() * nouns.rows() * Long.BYTES,
                NounTally::merge);
        for (int slot = range.from(); slot < range.to(); slot++) {
          if (slot < clusters) {
            overall.add(slot, tally.count(slot), tally.mean(slot));
          } else if (tally.count(slot) > 0) {
            maxima[slot / clusters][slot % clusters] = overall.best(tally.mean(slot));
          }
        }
      }
    } finally {
      sharedNouns.destroy();
      sharedAssignments.destroy();
    }
    return new NounScores(overall.scores(), List.of(maxima).subList(1, maxima.length));
  }

  private static Iterator<NounTally> tally(
      Iterator<RowBlock> blocks, Matrix nouns, int[][] assignments, Slots range) {
    NounTally tally = new NounTally(range, nouns.rows());
    try (SoftmaxRetrieval retrieval = new SoftmaxRetrieval(nouns, TEMPERATURE)) {
      blocks.forEachRemaining(block -> tally.add(block, assignments, retrieval));
    }
    return List.of(tally).iterator();
  }

  private static void requireSameRows(int rows, List<int[]> assignments) {
    for (int[] assignment : assignments) {
      if (assignment.length != rows) {
        throw new IllegalArgumentException(
            "%d rows but an assignment of %d".formatted(rows, assignment.length));
      }
    }
  }

  /** The mean weights of the clusters that count, and of all rows together. */
  private static final class Overall {
    private final double[][] means;
    private final long[] sizes;
    private final double[] sums;
    private double rows;

    Overall(int clusters, int nouns) {
      means = new double[clusters][];
      sizes = new long[clusters];
      sums = new double[nouns];
    }

    void add(int cluster, long size, double[] mean) {
      means[cluster] = mean;
      sizes[cluster] = size;
      rows += size;
      for (int j = 0; j < sums.length; j++) {
        sums[j] += size * mean[j];
      }
    }

    private float score(double[] mean, int noun) {
      return (float) (mean[noun] - sums[noun] / rows);
    }

    /** The best score of a cluster with rows; all that count must be there. */
    double best(double[] mean) {
      return IntStream.range(0, sums.length).mapToDouble(j -> score(mean, j)).max().orElse(0);
    }

    float[][] scores() {
      float[][] scores = new float[means.length][sums.length];
      for (int cluster = 0; cluster < means.length; cluster++) {
        for (int j = 0; sizes[cluster] > 0 && j < sums.length; j++) {
          scores[cluster][j] = score(means[cluster], j);
        }
        means[cluster] = null;
      }
      return scores;
    }
  }

  /**
   * Which clusters of which assignments a pass looks at; slot {@code a · K + c} is cluster c of
   * assignment a.
   *
   * @param from first slot
   * @param to one past the last
   * @param clusters K
   */
  private record Slots(int from, int to, int clusters) implements Serializable {
    int count() {
      return to - from;
    }

    int slot(int assignment, int cluster) {
      return assignment * clusters + cluster;
    }

    boolean holds(int slot) {
      return slot >= from && slot < to;
    }
  }

  /**
   * Sums of retrieval weights by cluster, for a range of clusters. Fixed point, so that they are
   * the same in whatever order they are added up.
   */
  private static final class NounTally implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final int FRACTION_BITS = 38;
    private static final double UNITS = 0x1p38;

    private final Slots range;
    private final int nouns;
    private final FixedPointSums sums;
    private final long[] counts;

    /**
     * Starts at nothing.
     *
     * @param nouns m
     */
    NounTally(Slots range, int nouns) {
      this.range = range;
      this.nouns = nouns;
      this.sums = new FixedPointSums(Math.multiplyExact(range.count(), nouns), FRACTION_BITS);
      this.counts = new long[range.count()];
    }

    /** Adds the rows of {@code block} that are in one of the range's clusters. */
    void add(RowBlock block, int[][] assignments, SoftmaxRetrieval retrieval) {
      int[] wanted =
          IntStream.range(0, block.rows())
              .filter(i -> concerns((int) block.firstRow() + i, assignments))
              .toArray();
      if (wanted.length == 0) {
        return;
      }
      retrieval.weights(
          gather(block, wanted),
          (from, rows, weights) -> {
            long[] fixed = new long[nouns];
            for (int i = 0; i < rows; i++) {
              for (int j = 0; j < nouns; j++) {
                fixed[j] = (long) (weights[i * nouns + j] * UNITS);
              }
              add(fixed, (int) block.firstRow() + wanted[from + i], assignments);
            }
          });
    }

    private void add(long[] weights, int row, int[][] assignments) {
      for (int a = 0; a < assignments.length; a++) {
        int slot = range.slot(a, assignments[a][row]);
        if (range.holds(slot)) {
          int offset = (slot - range.from()) * nouns;
          counts[slot - range.from()]++;
          sums.addFixed(offset, weights);
        }
      }
    }

    private boolean concerns(int row, int[][] assignments) {
      return IntStream.range(0, assignments.length)
          .anyMatch(a -> range.holds(range.slot(a, assignments[a][row])));
    }

    private static RowBlock gather(RowBlock block, int[] rows) {
      return rows.length == block.rows() ? block : block.matrix().select(rows).block();
    }

    /** Adds what {@code other} has collected. */
    NounTally merge(NounTally other) {
      if (!range.equals(other.range) || nouns != other.nouns) {
        throw new IllegalArgumentException(
            "a tally of %s and %d nouns cannot take one of %s and %d"
                .formatted(range, nouns, other.range, other.nouns));
      }
      sums.merge(other.sums);
      for (int slot = 0; slot < counts.length; slot++) {
        counts[slot] += other.counts[slot];
      }
      return this;
    }

    /** Rows of a slot of the range. */
    long count(int slot) {
      return counts[slot - range.from()];
    }

    /** Mean weights of a slot of the range, [m]; zeros where it has no rows. */
    double[] mean(int slot) {
      int offset = (slot - range.from()) * nouns;
      double scale = 1.0 / Math.max(1, count(slot));
      return IntStream.range(0, nouns).mapToDouble(j -> sums.get(offset + j) * scale).toArray();
    }
  }
}
