package io.nomen.method;

import io.nomen.kmeans.CentreAssignment;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Centres in the smoothed space.
 *
 * @param space how rows come into it
 * @param centres [K, width], unit rows
 */
record NomenNoTrainModel(NomenSpace space, Matrix centres) implements FittedModel {
  private static final String CENTRES = "centres";

  static NomenNoTrainModel of(ModelParts parts) {
    return new NomenNoTrainModel(NomenSpace.of(parts), parts.matrix(CENTRES));
  }

  @Override
  public String method() {
    return NomenNoTrainMethod.NAME;
  }

  @Override
  public int clusters() {
    return centres.rows();
  }

  @Override
  public int width() {
    return space.imageMean().width();
  }

  @Override
  public JavaRDD<AssignmentBlock> assign(RowBlocks embeddings, Optional<RowBlocks> norms) {
    return assignSmoothed(smoothed(embeddings, space, centres.width()));
  }

  /** Rows brought into {@code space}; computed when used. */
  static RowBlocks smoothed(RowBlocks embeddings, NomenSpace space, int width) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(embeddings.blocks().context());
    Broadcast<NomenSpace> shared = spark.broadcast(space);
    return new RowBlocks(
        embeddings.blocks().map(block -> shared.value().of(block)), embeddings.rows(), width);
  }

  /**
   * All rows of {@code input} in the space.
   *
   * @param fit the rows of the fit there, where they are known; used where the fit took all rows
   */
  RowBlocks rows(MethodInput input, Optional<RowBlocks> fit) {
    return rows(input, fit, space, centres.width());
  }

  /** All rows of {@code input}, {@code width} wide, in {@code space}. */
  static RowBlocks rows(MethodInput input, Optional<RowBlocks> fit, NomenSpace space, int width) {
    return fit.filter(known -> known.rows() == input.embeddings().rows())
        .orElseGet(() -> smoothed(input.embeddings(), space, width));
  }

  /** The same for rows that are in the space already. */
  JavaRDD<AssignmentBlock> assignSmoothed(RowBlocks smoothed) {
    return CentreAssignment.assign(smoothed, centres);
  }

  @Override
  public ModelParts parts() {
    Map<String, Matrix> matrices = new LinkedHashMap<>(space.matrices());
    matrices.put(CENTRES, centres);
    return new ModelParts(method(), space.settings(), matrices);
  }
}
