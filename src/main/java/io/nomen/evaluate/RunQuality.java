package io.nomen.evaluate;

import io.nomen.method.FittedModel;
import io.nomen.run.RunRecord.QualityFacts;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import io.nomen.tensor.Silhouette;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * How good a run looks without any label; in {@code run.json} always.
 *
 * @param sizes [K] images per cluster
 * @param silhouette mean over a sample of at most 4,000 images, each with its distances to all
 *     images, cosine distance
 * @param meanConfidence [K]
 * @param overallConfidence mean over all images
 * @param neighbourConsistency whether images that look alike are together: the share of a sample's
 *     ten nearest images, found among all of the run's, that are in the image's cluster, 0 to 1;
 *     empty for a single image
 */
public record RunQuality(
    long[] sizes,
    Silhouette silhouette,
    double[] meanConfidence,
    double overallConfidence,
    OptionalDouble neighbourConsistency) {
  /** For {@code run.json} and the last line, where restarts were not compared. */
  public QualityFacts summary() {
    return summary(Stability.UNKNOWN);
  }

  /** For {@code run.json} and the last line. */
  public QualityFacts summary(Stability stability) {
    return new QualityFacts(
        rounded(silhouette.overall()),
        rounded(overallConfidence),
        neighbourConsistency.isPresent()
            ? OptionalDouble.of(rounded(neighbourConsistency.getAsDouble()))
            : OptionalDouble.empty(),
        Arrays.stream(sizes).max().orElse(0),
        Arrays.stream(sizes).filter(s -> s > 0).min().orElse(0),
        stability.percent().isPresent()
            ? OptionalDouble.of(Math.round(stability.percent().getAsDouble() * 100) / 100.0)
            : OptionalDouble.empty(),
        stability.percent().isPresent()
            ? OptionalInt.of(stability.restarts())
            : OptionalInt.empty());
  }

  private static double rounded(double value) {
    return Math.round(value * 1e4) / 1e4;
  }

  /**
   * Whether the clusters come out the same from other starts: the mean adjusted Rand index between
   * what a method's restarts make of the same images, which no label is needed for.
   *
   * @param percent mean over all pairs of restarts; empty where there was one start only
   * @param restarts how many were compared
   */
  public record Stability(OptionalDouble percent, int restarts) {
    private static final int SAMPLE = 2_000;

    /** For a method of which nothing is known but its result. */
    static final Stability UNKNOWN = new Stability(OptionalDouble.empty(), 1);

    /**
     * Has all restarts assign a sample.
     *
     * @param restarts models of one method, the one that counts among them
     */
    public static Stability of(
        List<FittedModel> restarts, RowBlocks embeddings, RowBlocks norms, long seed) {
      if (restarts.size() < 2) {
        return UNKNOWN;
      }
      JavaSparkContext spark = JavaSparkContext.fromSparkContext(embeddings.blocks().context());
      RowBlocks rows = sample(spark, embeddings, seed);
      RowBlocks lengths = sample(spark, norms, seed);
      List<int[]> assignments =
          restarts.stream().map(model -> clusters(model, rows, lengths)).toList();
      return new Stability(OptionalDouble.of(Quality.stability(assignments)), restarts.size());
    }

    private static RowBlocks sample(JavaSparkContext spark, RowBlocks matrix, long seed) {
      return RowBlocks.of(
          spark, RowSample.exactly(matrix, SAMPLE, seed).rows().values(), matrix.width());
    }

    private static int[] clusters(FittedModel model, RowBlocks rows, RowBlocks norms) {
      return AssignmentBlock.clusters(model.assign(rows, Optional.of(norms)));
    }
  }
}
