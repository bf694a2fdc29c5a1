package io.nomen.method;

import io.nomen.heads.TrainedHead;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.TopK;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** Gives rows to the clusters of a trained head: the most probable, and the next. */
final class HeadAssignment {
  private HeadAssignment() {}

  /** Nothing is computed before the result is used; Spark's cleaner frees the broadcast head. */
  static JavaRDD<AssignmentBlock> assign(RowBlocks features, TrainedHead head) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(features.blocks().context());
    Broadcast<TrainedHead> shared = spark.broadcast(head);
    return features.blocks().map(block -> assign(block, shared.value()));
  }

  /** The head with its clusters from the largest to the smallest, and without empty ones. */
  static TrainedHead canonical(RowBlocks features, TrainedHead head) {
    return head.ordered(ClusterSizes.of(assign(features, head), head.shape().clusters()).order());
  }

  static AssignmentBlock assign(RowBlock features, TrainedHead head) {
    RowBlock probabilities = head.probabilities(features);
    int rows = probabilities.rows();
    int clusters = probabilities.width();
    float[] p = probabilities.values();
    int[] cluster = new int[rows];
    float[] confidence = new float[rows];
    int[] runnerUp = new int[rows];
    float[] runnerUpConfidence = new float[rows];
    for (int i = 0; i < rows; i++) {
      int best = TopK.first(p, i * clusters, clusters);
      int next = TopK.second(p, i * clusters, clusters, best);
      cluster[i] = best;
      confidence[i] = p[i * clusters + best];
      runnerUp[i] = next;
      runnerUpConfidence[i] = next == best ? 0 : p[i * clusters + next];
    }
    return new AssignmentBlock(
        probabilities.firstRow(), cluster, confidence, runnerUp, runnerUpConfidence);
  }
}
