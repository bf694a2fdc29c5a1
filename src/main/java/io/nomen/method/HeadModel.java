package io.nomen.method;

import io.nomen.heads.TrainedHead;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.TopK;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** A model whose clusters a trained head tells: the most probable, and the next. */
interface HeadModel extends FittedModel {
  TrainedHead head();

  /** Rows as the head takes them. */
  RowBlock features(RowBlock embeddings, Optional<RowBlock> norms);

  @Override
  default int clusters() {
    return head().shape().clusters();
  }

  @Override
  default int width() {
    return head().shape().width();
  }

  @Override
  default AssignmentBlock assign(RowBlock embeddings, Optional<RowBlock> norms) {
    return assign(features(embeddings, norms), head());
  }

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

  /**
   * A linear head over embeddings with their lengths, as SIC's and TURTLE's are.
   *
   * @param method the method that trained it
   * @param normsKnown whether it was trained on embeddings that came with their lengths
   */
  record Linear(String method, TrainedHead head, boolean normsKnown) implements HeadModel {
    private static final String NORMS = "norms";

    static Linear of(ModelParts parts) {
      return new Linear(
          parts.method(), parts.linearHead(), Boolean.parseBoolean(parts.setting(NORMS)));
    }

    @Override
    public RowBlock features(RowBlock embeddings, Optional<RowBlock> norms) {
      return UnnormalisedRows.of(embeddings, norms.filter(there -> normsKnown));
    }

    @Override
    public ModelParts parts() {
      return new ModelParts(
          method, Map.of(NORMS, Boolean.toString(normsKnown)), ModelParts.matrices(head));
    }
  }
}
