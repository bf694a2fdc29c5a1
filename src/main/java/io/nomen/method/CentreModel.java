package io.nomen.method;

import io.nomen.kmeans.CentreAssignment;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;

/**
 * Centres in the space of the embeddings: a row belongs to the nearest.
 *
 * @param method the method that found the centres
 * @param centres [K, d], unit rows
 */
record CentreModel(String method, Matrix centres) implements FittedModel {
  private static final String CENTRES = "centres";

  static CentreModel of(ModelParts parts) {
    return new CentreModel(parts.method(), parts.matrix(CENTRES));
  }

  @Override
  public int clusters() {
    return centres.rows();
  }

  @Override
  public int width() {
    return centres.width();
  }

  @Override
  public JavaRDD<AssignmentBlock> assign(RowBlocks embeddings, Optional<RowBlocks> norms) {
    return CentreAssignment.assign(embeddings, centres);
  }

  @Override
  public ModelParts parts() {
    return new ModelParts(method, Map.of(), Map.of(CENTRES, centres));
  }
}
