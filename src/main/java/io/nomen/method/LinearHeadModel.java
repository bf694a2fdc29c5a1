package io.nomen.method;

import io.nomen.heads.TrainedHead;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.RowBlock;
import java.util.Map;
import java.util.Optional;

/**
 * A linear head over embeddings with their lengths, as SIC's and TURTLE's are.
 *
 * @param method the method that trained it
 * @param normsKnown whether it was trained on embeddings that came with their lengths
 */
record LinearHeadModel(String method, TrainedHead head, boolean normsKnown) implements FittedModel {
  private static final String NORMS = "norms";

  static LinearHeadModel of(ModelParts parts) {
    return new LinearHeadModel(
        parts.method(), parts.linearHead(), Boolean.parseBoolean(parts.setting(NORMS)));
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
  public AssignmentBlock assign(RowBlock embeddings, Optional<RowBlock> norms) {
    return HeadAssignment.assign(
        UnnormalisedRows.of(embeddings, norms.filter(there -> normsKnown)), head);
  }

  @Override
  public ModelParts parts() {
    return new ModelParts(
        method, Map.of(NORMS, Boolean.toString(normsKnown)), ModelParts.matrices(head));
  }
}
