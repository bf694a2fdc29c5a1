package io.nomen.method;

import io.nomen.heads.TrainedHead;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;

/**
 * Nomen's image head over smoothed images: a new image needs the kept rows, but no nouns.
 *
 * @param space how images come before the head
 */
record NomenModel(NomenSpace space, TrainedHead head) implements FittedModel {

  static NomenModel of(ModelParts parts) {
    return new NomenModel(NomenSpace.of(parts), HeadParts.twoLayer(parts));
  }

  @Override
  public String method() {
    return NomenMethod.NAME;
  }

  @Override
  public int clusters() {
    return head.shape().clusters();
  }

  @Override
  public int width() {
    return space.imageMean().width();
  }

  @Override
  public JavaRDD<AssignmentBlock> assign(RowBlocks embeddings, Optional<RowBlocks> norms) {
    return HeadAssignment.assign(NomenNoTrainModel.smoothed(embeddings, space, width()), head);
  }

  @Override
  public ModelParts parts() {
    Map<String, Matrix> matrices = new LinkedHashMap<>(space.matrices());
    matrices.putAll(HeadParts.matrices(head));
    return new ModelParts(method(), space.settings(), matrices);
  }
}
