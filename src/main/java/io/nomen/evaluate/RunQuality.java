package io.nomen.evaluate;

import io.nomen.run.Assignments;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.Silhouette;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

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
    RowSample sample = RowSample.of(embeddings, SAMPLE, seed);
    int[] clusters = Arrays.stream(sample.rows()).map(row -> assignments.cluster()[row]).toArray();
    double sum = 0;
    for (float confidence : assignments.confidence()) {
      sum += confidence;
    }
    return new RunQuality(
        Quality.sizes(assignments.cluster(), count),
        Silhouette.of(sample.values(), embeddings.width(), clusters, count, clusters.length, seed),
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
    summary.put("smallest_cluster", Arrays.stream(sizes).min().orElse(0));
    return summary;
  }

  private static double rounded(double value) {
    return Math.round(value * 1e4) / 1e4;
  }
}
