package io.nomen.method;

import io.nomen.kmeans.CentreAssignment;
import io.nomen.semantics.TextCounterparts;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;

/**
 * Centres over text counterparts and embeddings side by side; a new row gets its counterpart from
 * the nouns that were selected for the first rows.
 *
 * @param nouns [m, d], unit rows: the selected nouns
 * @param temperature of the counterparts' softmax
 * @param centres [K, 2 d], unit rows
 */
record TacNoTrainModel(Matrix nouns, double temperature, Matrix centres) implements FittedModel {
  private static final String NOUNS = "nouns";
  private static final String CENTRES = "centres";
  private static final String TEMPERATURE = "temperature";

  static TacNoTrainModel of(ModelParts parts) {
    return new TacNoTrainModel(
        parts.matrix(NOUNS), Double.parseDouble(parts.setting(TEMPERATURE)), parts.matrix(CENTRES));
  }

  @Override
  public String method() {
    return TacNoTrainMethod.NAME;
  }

  @Override
  public int clusters() {
    return centres.rows();
  }

  @Override
  public int width() {
    return nouns.width();
  }

  @Override
  public JavaRDD<AssignmentBlock> assign(RowBlocks embeddings, Optional<RowBlocks> norms) {
    return assignFused(TextCounterparts.beside(embeddings, nouns, temperature));
  }

  /** The same for rows that already stand beside their counterparts, [N, 2 d]. */
  JavaRDD<AssignmentBlock> assignFused(RowBlocks fused) {
    return CentreAssignment.assign(fused, centres);
  }

  @Override
  public ModelParts parts() {
    return new ModelParts(
        method(),
        Map.of(TEMPERATURE, Double.toString(temperature)),
        Map.of(NOUNS, nouns, CENTRES, centres));
  }
}
