package io.nomen.method;

import io.nomen.Progress;
import io.nomen.kmeans.CentreAssignment;
import io.nomen.kmeans.SphericalKMeans;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;

/**
 * Clusters a sample of the rows with many different K, for choosing one without labels.
 *
 * <p>Every K gives the sample several assignments from different starts, so that a criterion can
 * see how far the clusters are apart and whether they come out the same again.
 *
 * @param sample the rows that were looked at, unit rows in the space that was clustered
 * @param trials what each K gave, in the order of the candidates
 */
public record ClusterSweep(RowSample sample, List<Trial> trials) {

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
   * @param space [N, d], unit rows, in the space that the method clusters in
   * @param candidates every K to try; those above the sample's rows are left out
   * @param rows about how many rows the sample has
   * @param restarts starts per K, all of which are carried to the end
   */
  public static ClusterSweep run(
      RowBlocks space, int[] candidates, long rows, int restarts, long seed, Progress progress) {
    RowSample sample = RowSample.hashed(space, rows, seed);
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(space.blocks().context());
    RowBlocks blocks =
        RowBlocks.of(spark, sample.rows().values(), space.width())
            .persist(StorageLevel.MEMORY_AND_DISK());
    SphericalKMeans.Options options =
        SphericalKMeans.Options.withRestarts(restarts).withFinished(restarts);
    try (Progress.Step step = progress.begin("numbers of clusters", candidates.length, "steps")) {
      List<Trial> trials = new ArrayList<>();
      for (int i = 0; i < candidates.length; i++) {
        step.done(i);
        if (candidates[i] <= blocks.rows()) {
          trials.add(trial(blocks, candidates[i], options, seed));
        }
      }
      step.done(candidates.length);
      return new ClusterSweep(sample, List.copyOf(trials));
    } finally {
      blocks.unpersist();
    }
  }

  private static Trial trial(
      RowBlocks rows, int clusters, SphericalKMeans.Options options, long seed) {
    SphericalKMeans.Fit fit = SphericalKMeans.fit(rows, clusters, options, seed);
    int[][] assignments =
        fit.finished().stream()
            .map(centres -> CentreAssignment.assign(rows, centres.rows()))
            .map(AssignmentBlock::clusters)
            .toArray(int[][]::new);
    return new Trial(clusters, assignments, fit.best().objective());
  }
}
