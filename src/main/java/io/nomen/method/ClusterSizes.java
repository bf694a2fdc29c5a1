package io.nomen.method;

import io.nomen.kmeans.Centres;
import io.nomen.tensor.AssignmentBlock;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;

/**
 * How many rows each cluster has, which is its first, and how sure the model is of them.
 *
 * @param rows [K] rows of each cluster
 * @param firstRows [K] number of each cluster's first row; {@code Long.MAX_VALUE} for an empty one
 * @param confidence sum of the confidences of each block, by its first row: added up in row order
 */
record ClusterSizes(long[] rows, long[] firstRows, TreeMap<Long, Double> confidence)
    implements Serializable {

  private ClusterSizes(int clusters) {
    this(new long[clusters], new long[clusters], new TreeMap<>());
    Arrays.fill(firstRows, Long.MAX_VALUE);
  }

  /** Counts all rows of {@code assignments}. */
  static ClusterSizes of(JavaRDD<AssignmentBlock> assignments, int clusters) {
    return assignments
        .mapPartitions(
            blocks -> {
              ClusterSizes sizes = new ClusterSizes(clusters);
              blocks.forEachRemaining(sizes::add);
              return List.of(sizes).iterator();
            })
        .treeReduce(ClusterSizes::merge);
  }

  /** Mean confidence over all rows, 0…1. */
  double meanConfidence() {
    double sum = confidence.values().stream().reduce(0.0, Double::sum);
    return sum / Math.max(1, Arrays.stream(rows).sum());
  }

  /** The numbers of all clusters that have rows, in canonical order. */
  int[] order() {
    return Centres.canonicalOrder(rows, firstRows);
  }

  private void add(AssignmentBlock block) {
    double sum = 0;
    for (int i = 0; i < block.rows(); i++) {
      int cluster = block.cluster()[i];
      rows[cluster]++;
      firstRows[cluster] = Math.min(firstRows[cluster], block.firstRow() + i);
      sum += block.confidence()[i];
    }
    confidence.put(block.firstRow(), sum);
  }

  private ClusterSizes merge(ClusterSizes other) {
    for (int c = 0; c < rows.length; c++) {
      rows[c] += other.rows[c];
      firstRows[c] = Math.min(firstRows[c], other.firstRows[c]);
    }
    confidence.putAll(other.confidence);
    return this;
  }
}
