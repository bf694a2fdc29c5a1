package io.nomen.evaluate;

import io.nomen.method.FittedModel;
import io.nomen.neighbours.NearestRows;
import io.nomen.run.Assignments;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.InnerProducts;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import io.nomen.tensor.Silhouette;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * How good a run looks without any label; in {@code run.json} always.
 *
 * @param sizes [K] images per cluster
 * @param silhouette over a sample of at most {@link #SAMPLE} images, cosine distance
 * @param meanConfidence [K]
 * @param overallConfidence mean over all images
 * @param neighbourConsistency share of a sample's ten nearest images that are in its cluster
 */
public record RunQuality(
    long[] sizes,
    Silhouette silhouette,
    double[] meanConfidence,
    double overallConfidence,
    OptionalDouble neighbourConsistency) {
  private static final int SAMPLE = 4_000;

  public static RunQuality of(RowBlocks embeddings, Assignments assignments, int count, long seed) {
    RowSample sample = RowSample.exactly(embeddings, SAMPLE, seed);
    int[] clusters =
        Arrays.stream(sample.numbers()).mapToInt(row -> assignments.cluster()[(int) row]).toArray();
    double sum = 0;
    for (float confidence : assignments.confidence()) {
      sum += confidence;
    }
    return new RunQuality(
        Quality.sizes(assignments.cluster(), count),
        Silhouette.of(
            sample.rows().values(), embeddings.width(), clusters, count, clusters.length, seed),
        Quality.means(assignments.confidence(), assignments.cluster(), count),
        sum / assignments.rows(),
        NeighbourAgreement.of(embeddings, assignments.cluster(), seed));
  }

  /** For {@code run.json} and the last line. */
  public Map<String, Object> summary() {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("silhouette", rounded(silhouette.overall()));
    summary.put("mean_confidence", rounded(overallConfidence));
    neighbourConsistency.ifPresent(share -> summary.put("neighbour_consistency", rounded(share)));
    summary.put("largest_cluster", Arrays.stream(sizes).max().orElse(0));
    summary.put("smallest_cluster", Arrays.stream(sizes).filter(s -> s > 0).min().orElse(0));
    return summary;
  }

  private static double rounded(double value) {
    return Math.round(value * 1e4) / 1e4;
  }

  /**
   * Whether images that look alike are together: the share of a sample's nearest images, found
   * among all of the run's, that are in the image's own cluster.
   */
  static final class NeighbourAgreement {
    private static final int SAMPLE = 500;
    private static final int NEIGHBOURS = 10;

    private NeighbourAgreement() {}

    /**
     * One pass over the embeddings: 500 products a row.
     *
     * @return 0 to 1; empty for a single image, which has no neighbour
     */
    static OptionalDouble of(RowBlocks embeddings, int[] clusters, long seed) {
      int count = (int) Math.min(NEIGHBOURS, embeddings.rows() - 1);
      if (count < 1) {
        return OptionalDouble.empty();
      }
      RowSample sample = RowSample.exactly(embeddings, SAMPLE, seed);
      JavaSparkContext spark = JavaSparkContext.fromSparkContext(embeddings.blocks().context());
      Broadcast<RowSample> queries = spark.broadcast(sample);
      NearestRows nearest =
          embeddings
              .blocks()
              .treeAggregate(
                  new NearestRows(sample.numbers().length, count),
                  (best, block) -> offer(best, block, queries.value()),
                  NearestRows::merge);
      queries.destroy();
      int[] own = Arrays.stream(sample.numbers()).mapToInt(row -> clusters[(int) row]).toArray();
      int[] others =
          Arrays.stream(nearest.sorted(0).neighbours()).map(row -> clusters[row]).toArray();
      return OptionalDouble.of(Quality.neighbourConsistency(own, others));
    }

    private static NearestRows offer(NearestRows best, RowBlock block, RowSample sample) {
      int width = block.width();
      RowBlock queries = sample.rows().block();
      Matrix rows = new Matrix(block.rows(), width, block.values());
      try (InnerProducts products = new InnerProducts(rows)) {
        products.of(
            queries,
            (from, count, cosines) -> {
              for (int query = 0; query < count; query++) {
                float[] own =
                    Arrays.copyOfRange(cosines, query * block.rows(), (query + 1) * block.rows());
                best.offer(
                    from + query,
                    sample.numbers()[from + query],
                    block.firstRow(),
                    own,
                    block.rows());
              }
            });
      }
      return best;
    }
  }

  /**
   * Whether the clusters come out the same from other starts: the mean adjusted Rand index between
   * what a method's restarts make of the same images, which no label is needed for.
   *
   * @param percent mean over all pairs of restarts; empty where there was one start only
   * @param restarts how many were compared
   */
  public record Stability(Optional<Double> percent, int restarts) {
    private static final int SAMPLE = 2_000;

    /** For a method of which nothing is known but its result. */
    static final Stability UNKNOWN = new Stability(Optional.empty(), 1);

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
      return new Stability(Optional.of(Quality.stability(assignments)), restarts.size());
    }

    /** For {@code run.json}: per cent, as the scores of {@code evaluate}. */
    public Map<String, Object> summary() {
      Map<String, Object> summary = new LinkedHashMap<>();
      percent.ifPresent(
          value -> {
            summary.put("stability", Math.round(value * 100) / 100.0);
            summary.put("stability_restarts", restarts);
          });
      return summary;
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
