package io.nomen.method;

import io.nomen.tensor.AssignmentBlock;
import java.util.Arrays;
import org.apache.spark.api.java.JavaRDD;

/**
 * How many rows each cluster has, and how sure the model is of them.
 *
 * @param rows [K] rows of each cluster
 * @param meanConfidence mean confidence over all rows, 0…1
 */
record ClusterSizes(long[] rows, double meanConfidence) {

  /** Counts all rows of {@code assignments}. */
  static ClusterSizes of(JavaRDD<AssignmentBlock> assignments, int clusters) {
    long[] rows = new long[clusters];
    double confidence = 0;
    for (Part part : assignments.map(block -> Part.of(block, clusters)).collect()) {
      for (int c = 0; c < clusters; c++) {
        rows[c] += part.rows()[c];
      }
      confidence += part.confidence();
    }
    return new ClusterSizes(rows, confidence / Math.max(1, Arrays.stream(rows).sum()));
  }

  private record Part(int[] rows, double confidence) implements java.io.Serializable {
    static Part of(AssignmentBlock block, int clusters) {
      int[] rows = new int[clusters];
      double confidence = 0;
      for (int i = 0; i < block.rows(); i++) {
        rows[block.cluster()[i]]++;
        confidence += block.confidence()[i];
      }
      return new Part(rows, confidence);
    }
  }
}
