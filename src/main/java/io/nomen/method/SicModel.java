package io.nomen.method;

import io.nomen.heads.TrainedHead;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.RowBlocks;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;

/**
 * SIC's linear head over un-normalised features.
 *
 * @param normsKnown whether the head was trained on embeddings that came with their lengths
 */
record SicModel(TrainedHead head, boolean normsKnown) implements FittedModel {
  private static final String NORMS = "norms";

  static SicModel of(ModelParts parts) {
    return new SicModel(HeadParts.linear(parts), Boolean.parseBoolean(parts.setting(NORMS)));
  }

  @Override
  public String method() {
    return SicMethod.NAME;
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
    return HeadAssignment.assign(
        SicFeatures.of(embeddings, norms, normsKnown && norms.isPresent()), head);
  }

  @Override
  public ModelParts parts() {
    return new ModelParts(
        method(), Map.of(NORMS, Boolean.toString(normsKnown)), HeadParts.matrices(head));
  }
}
