package io.nomen.method;

import io.nomen.kmeans.SphericalKMeans;
import io.nomen.semantics.SemanticOptions;

/**
 * Every choice that a method may have. Defaults are the papers', but for the restarts of k-means:
 * the papers' 20 find no better clusters than 10 that start with {@code k-means||}.
 *
 * @param kmeans for the clusters themselves
 * @param semantics for the semantic space and the text counterparts
 * @param training for methods with a head
 */
public record MethodOptions(
    SphericalKMeans.Options kmeans, SemanticOptions semantics, TrainingOptions training) {

  public static MethodOptions defaults() {
    return new MethodOptions(
        SphericalKMeans.Options.withRestarts(10),
        SemanticOptions.defaults(),
        TrainingOptions.defaults());
  }
}
