package io.nomen.method;

import io.nomen.NomenException;
import io.nomen.kmeans.CentreAssignment;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;

/**
 * Texts of classes: a row belongs to the nearest.
 *
 * @param classes [K, d], unit rows
 */
record ZeroShotModel(Matrix classes) implements FittedModel {
  /** The temperature that CLIP's training ended with (arXiv 2103.00020, section 2.5). */
  private static final double TEMPERATURE = 0.01;

  private static final String CLASSES = "classes";

  static ZeroShotModel of(ModelParts parts) {
    return new ZeroShotModel(parts.matrix(CLASSES));
  }

  @Override
  public String method() {
    return ZeroShotMethod.NAME;
  }

  @Override
  public int clusters() {
    return classes.rows();
  }

  @Override
  public int width() {
    return classes.width();
  }

  @Override
  public JavaRDD<AssignmentBlock> assign(RowBlocks embeddings, Optional<RowBlocks> norms) {
    if (embeddings.width() != width()) {
      throw NomenException.input(
          "The images' embeddings have %d columns and the classes' have %d; use one model for both."
              .formatted(embeddings.width(), width()));
    }
    return CentreAssignment.assign(embeddings, classes, TEMPERATURE);
  }

  @Override
  public ModelParts parts() {
    return new ModelParts(method(), Map.of(), Map.of(CLASSES, classes));
  }
}
