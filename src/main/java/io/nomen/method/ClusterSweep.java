package io.nomen.method;

import io.nomen.Progress;
import io.nomen.kmeans.CentreAssignment;
import io.nomen.kmeans.SphericalKMeans;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;

/**
 * Clusters a sample of the rows with many different K, for choosing one without labels.
 *
 * <p>The sample is what Nomen's own methods decide on: images as nouns describe them, each averaged
 * with its nearest neighbours, which parts classes that the single images run together. Every K
 * gives it several assignments from different starts, so that a criterion can see how far the
 * clusters are apart and whether they come out the same again.
 *
 * @param rows [n, m] unit rows that were looked at
 * @param trials what each K gave, in the order of the candidates
 */
public record ClusterSweep(Matrix rows, List<Trial> trials) {
  /**
   * What K is taken to be where nouns are chosen and their fit is measured: 20 and 30 tell it well.
   */
  private static final int GUESS = 30;

  /** Averaged images lie close together: of single starts many end where no cluster is. */
  private static final int STARTS_PER_RESTART = 3;

  /**
   * What one K gave.
   *
   * @param clusters the K that was asked for
   * @param assignments [restarts, n] the cluster of every row of the sample, best start first
   * @param objective mean cosine of the best start
   */
  public record Trial(int clusters, int[][] assignments, double objective) {}

  /**
   * Runs the sweep.
   *
   * @param input its number of clusters is not looked at
   * @param candidates every K to try; those above the sample's rows are left out
   * @param restarts starts per K, all of which are carried to the end
   */
  public static ClusterSweep run(MethodInput input, int[] candidates, int restarts) {
    int guess = (int) Math.min(GUESS, Math.max(1, input.embeddings().rows() / 2));
    Matrix rows = NomenInputs.averagedSample(input.withClusters(guess));
    JavaSparkContext spark =
        JavaSparkContext.fromSparkContext(input.embeddings().blocks().context());
    RowBlocks blocks =
        RowBlocks.of(spark, rows.values(), rows.width()).persist(StorageLevel.MEMORY_AND_DISK());
    int[] tried = IntStream.of(candidates).filter(k -> k <= rows.rows()).toArray();
    try (Progress.Step step =
        input.progress().begin("numbers of clusters", tried.length, "steps")) {
      List<Trial> trials = new ArrayList<>();
      for (int clusters : tried) {
        trials.add(trial(blocks, clusters, restarts, input.seed()));
        step.done(trials.size());
      }
      return new ClusterSweep(rows, List.copyOf(trials));
    } finally {
      blocks.unpersist();
    }
  }

  private static Trial trial(RowBlocks rows, int clusters, int restarts, long seed) {
    SphericalKMeans.Options options =
        SphericalKMeans.Options.withoutMlLib(STARTS_PER_RESTART * restarts, restarts);
    SphericalKMeans.Fit fit = SphericalKMeans.fit(rows, clusters, options, seed);
    int[][] assignments =
        fit.finished().stream()
            .limit(restarts)
            .map(centres -> CentreAssignment.assign(rows, centres.rows()))
            .map(AssignmentBlock::clusters)
            .toArray(int[][]::new);
    return new Trial(clusters, assignments, fit.best().objective());
  }
}
