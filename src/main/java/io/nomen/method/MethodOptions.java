package io.nomen.method;

import io.nomen.kmeans.SphericalKMeans;
import io.nomen.semantics.SemanticCentres.SemanticOptions;
import io.nomen.semantics.SubspaceWidth;
import java.util.Optional;

/**
 * Every choice that a method may have. Defaults are the papers', but for the restarts of k-means:
 * the papers' 20 find no better clusters than 10 that start with {@code k-means||}.
 *
 * @param kmeans for the clusters themselves
 * @param semantics for the semantic space and the text counterparts
 * @param training for methods with a head
 * @param subspace how many axes of the noun subspace images are seen along; empty for the method's
 *     own choice
 */
public record MethodOptions(
    SphericalKMeans.Options kmeans,
    SemanticOptions semantics,
    TrainingOptions training,
    Optional<SubspaceWidth> subspace) {

  /** Options with each method's own subspace. */
  public MethodOptions(
      SphericalKMeans.Options kmeans, SemanticOptions semantics, TrainingOptions training) {
    this(kmeans, semantics, training, Optional.empty());
  }

  public static MethodOptions defaults() {
    return new MethodOptions(
        SphericalKMeans.Options.withRestarts(10),
        SemanticOptions.defaults(),
        TrainingOptions.defaults());
  }

  /** The same with {@code width}. */
  public MethodOptions withSubspace(SubspaceWidth width) {
    return new MethodOptions(kmeans, semantics, training, Optional.of(width));
  }
}
