package io.nomen.method;

import io.nomen.heads.TrainedHead;
import io.nomen.semantics.SemanticSpace;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;

/** Gives rows to the clusters of a trained head: the most probable, and the next. */
final class HeadAssignment {
  private HeadAssignment() {}

  /** Nothing is computed before the result is used; Spark's cleaner frees the broadcast head. */
  static JavaRDD<AssignmentBlock> assign(RowBlocks features, TrainedHead head) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(features.blocks().context());
    Broadcast<TrainedHead> shared = spark.broadcast(head);
    return features.blocks().map(block -> assign(shared.value().probabilities(block)));
  }

  /** Assigns {@code features} and keeps that; what they are made from may go afterwards. */
  static Clustering finished(
      RowBlocks features,
      TrainedHead head,
      FittedModel model,
      Optional<SemanticSpace> semantics,
      Map<String, Object> quality) {
    JavaRDD<AssignmentBlock> assigned =
        assign(features, head).persist(StorageLevel.MEMORY_AND_DISK());
    ClusterSizes sizes = ClusterSizes.of(assigned, model.clusters());
    quality.put("mean_confidence", sizes.meanConfidence());
    return new Clustering(assigned, sizes.rows(), model, semantics, quality);
  }

  /** The head with its clusters from the largest to the smallest, and without empty ones. */
  static TrainedHead canonical(RowBlocks features, TrainedHead head) {
    return head.ordered(ClusterSizes.of(assign(features, head), head.shape().clusters()).order());
  }

  private static AssignmentBlock assign(RowBlock probabilities) {
    int rows = probabilities.rows();
    int clusters = probabilities.width();
    float[] p = probabilities.values();
    int[] cluster = new int[rows];
    float[] confidence = new float[rows];
    int[] runnerUp = new int[rows];
    float[] runnerUpConfidence = new float[rows];
    for (int i = 0; i < rows; i++) {
      int best = 0;
      int next = -1;
      for (int k = 1; k < clusters; k++) {
        if (p[i * clusters + k] > p[i * clusters + best]) {
          next = best;
          best = k;
        } else if (next < 0 || p[i * clusters + k] > p[i * clusters + next]) {
          next = k;
        }
      }
      cluster[i] = best;
      confidence[i] = p[i * clusters + best];
      runnerUp[i] = next < 0 ? best : next;
      runnerUpConfidence[i] = next < 0 ? 0 : p[i * clusters + next];
    }
    return new AssignmentBlock(
        probabilities.firstRow(), cluster, confidence, runnerUp, runnerUpConfidence);
  }
}
