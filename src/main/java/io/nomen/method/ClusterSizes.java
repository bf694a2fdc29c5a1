package io.nomen.method;

import io.nomen.kmeans.Centres;
import io.nomen.tensor.AssignmentBlock;
import java.io.Serializable;
import java.util.Arrays;
import org.apache.spark.api.java.JavaRDD;

/**
 * How many rows each cluster has, which is its first, and how sure the model is of them.
 *
 * @param rows [K] rows of each cluster
 * @param firstRows [K] number of each cluster's first row; {@code Long.MAX_VALUE} for an empty one
 * @param meanConfidence mean confidence over all rows, 0…1
 */
record ClusterSizes(long[] rows, long[] firstRows, double meanConfidence) {

  /** Counts all rows of {@code assignments}. */
  static ClusterSizes of(JavaRDD<AssignmentBlock> assignments, int clusters) {
    long[] rows = new long[clusters];
    long[] first = new long[clusters];
    Arrays.fill(first, Long.MAX_VALUE);
    double confidence = 0;
    for (Part part : assignments.map(block -> Part.of(block, clusters)).collect()) {
      for (int c = 0; c < clusters; c++) {
        rows[c] += part.rows()[c];
        first[c] = Math.min(first[c], part.firstRows()[c]);
      }
      confidence += part.confidence();
    }
    return new ClusterSizes(rows, first, confidence / Math.max(1, Arrays.stream(rows).sum()));
  }

  /** The numbers of all clusters that have rows, in canonical order. */
  int[] order() {
    return Centres.canonicalOrder(rows, firstRows);
  }

  private record Part(int[] rows, long[] firstRows, double confidence) implements Serializable {
    static Part of(AssignmentBlock block, int clusters) {
      int[] rows = new int[clusters];
      long[] first = new long[clusters];
      Arrays.fill(first, Long.MAX_VALUE);
      double confidence = 0;
      for (int i = 0; i < block.rows(); i++) {
        int cluster = block.cluster()[i];
        rows[cluster]++;
        first[cluster] = Math.min(first[cluster], block.firstRow() + i);
        confidence += block.confidence()[i];
      }
      return new Part(rows, first, confidence);
    }
  }
}
