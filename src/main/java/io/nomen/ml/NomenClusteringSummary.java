package io.nomen.ml;

import io.nomen.run.ClusterRow;
import io.nomen.run.RunRecord;
import io.nomen.store.Json;
import java.util.List;

/** How good a fit looks without a label, and how it came about. */
public final class NomenClusteringSummary {
  private final RunRecord record;
  private final List<ClusterRow> clusters;

  NomenClusteringSummary(RunRecord record, List<ClusterRow> clusters) {
    this.record = record;
    this.clusters = clusters;
  }

  /** The method. */
  public String method() {
    return record.methodName();
  }

  /** K, how many clusters there are. */
  public int k() {
    return record.clusters();
  }

  /** [K] rows of each cluster in the fit. */
  public long[] clusterSizes() {
    return clusters.stream().mapToLong(ClusterRow::size).toArray();
  }

  /** Rows that the fit had an embedding of. */
  public long numRows() {
    return record.counts().embedded();
  }

  /** Rows that were left out for the lack of one. */
  public long numLeftOut() {
    return record.counts().bad();
  }

  /** Mean silhouette of a sample in cosine distance, −1 to 1. */
  public double silhouette() {
    return record.quality().silhouette();
  }

  /** Mean confidence of all rows, 0 to 1. */
  public double meanConfidence() {
    return record.quality().meanConfidence();
  }

  /**
   * Share of the ten nearest rows that are in a row's own cluster, of a sample, 0 to 1; NaN for a
   * single row.
   */
  public double neighbourConsistency() {
    return record.quality().neighbourConsistency().orElse(Double.NaN);
  }

  /**
   * Mean adjusted Rand index between what the method's starts make of the rows, in per cent; NaN
   * where it starts once.
   */
  public double stability() {
    return record.quality().stability().orElse(Double.NaN);
  }

  /** Sentences that a reader should see. */
  public List<String> remarks() {
    return record.remarks();
  }

  /** All that is known of the fit, as {@code run.json} holds it. */
  public String toJson() {
    return Json.pretty(record);
  }

  @Override
  public String toString() {
    return Json.line(record.summary(record.title()));
  }
}
