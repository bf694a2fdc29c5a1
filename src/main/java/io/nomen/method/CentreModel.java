package io.nomen.method;

import io.nomen.kmeans.CentreAssignment;
import io.nomen.semantics.NounSubspace;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;

/**
 * Centres in the space of the embeddings or in the noun subspace: a row belongs to the nearest.
 *
 * @param method the method that found the centres
 * @param subspace where the centres lie, if not among the embeddings
 * @param centres [K, d] or [K, m], unit rows
 */
record CentreModel(String method, Optional<NounSubspace> subspace, Matrix centres)
    implements FittedModel {
  private static final String CENTRES = "centres";
  private static final String MEAN = "image_mean";
  private static final String AXES = "axes";
  private static final String SHARE = "noun_variance";

  /** On its way to a task, for an {@code Optional} does not travel. */
  private record Travelling(ModelParts parts) implements Serializable {
    private Object readResolve() {
      return CentreModel.of(parts);
    }
  }

  private Object writeReplace() {
    return new Travelling(parts());
  }

  static CentreModel of(ModelParts parts) {
    return new CentreModel(
        parts.method(),
        parts.matrices().containsKey(AXES) ? Optional.of(subspace(parts)) : Optional.empty(),
        parts.matrix(CENTRES));
  }

  @Override
  public int clusters() {
    return centres.rows();
  }

  @Override
  public int width() {
    return subspace.map(s -> s.mean().width()).orElse(centres.width());
  }

  @Override
  public AssignmentBlock assign(RowBlock embeddings, Optional<RowBlock> norms) {
    return CentreAssignment.assign(
        subspace.map(s -> s.of(embeddings)).orElse(embeddings),
        centres,
        CentreAssignment.TEMPERATURE);
  }

  /** The clusters of rows that are in the space of the centres already. */
  JavaRDD<AssignmentBlock> assignProjected(RowBlocks rows) {
    return CentreAssignment.assign(rows, centres);
  }

  @Override
  public ModelParts parts() {
    Map<String, Matrix> matrices = new LinkedHashMap<>();
    matrices.put(CENTRES, centres);
    subspace.ifPresent(s -> matrices.putAll(matrices(s)));
    return new ModelParts(method, subspace.map(CentreModel::settings).orElse(Map.of()), matrices);
  }

  /** A subspace as a stored model holds it, and back. */
  static Map<String, Matrix> matrices(NounSubspace subspace) {
    return Map.of(MEAN, subspace.mean(), AXES, subspace.axes());
  }

  static Map<String, String> settings(NounSubspace subspace) {
    return Map.of(SHARE, Double.toString(subspace.share()));
  }

  static NounSubspace subspace(ModelParts parts) {
    return new NounSubspace(
        parts.matrix(MEAN), parts.matrix(AXES), Double.parseDouble(parts.setting(SHARE)));
  }
}
