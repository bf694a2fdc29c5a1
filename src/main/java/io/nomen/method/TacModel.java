package io.nomen.method;

import io.nomen.heads.TrainedHead;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.RowBlocks;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;

/**
 * TAC's image head: a new image needs no nouns.
 *
 * @param head takes embeddings as they are
 */
record TacModel(TrainedHead head) implements FittedModel {

  static TacModel of(ModelParts parts) {
    return new TacModel(HeadParts.twoLayer(parts));
  }

  @Override
  public String method() {
    return TacMethod.NAME;
  }

  @Override
  public int clusters() {
    return head.shape().clusters();
  }

  @Override
  public int width() {
    return head.shape().width();
  }

  @Override
  public JavaRDD<AssignmentBlock> assign(RowBlocks embeddings, Optional<RowBlocks> norms) {
    return HeadAssignment.assign(embeddings, head);
  }

  @Override
  public ModelParts parts() {
    return new ModelParts(method(), Map.of(), HeadParts.matrices(head));
  }
}
