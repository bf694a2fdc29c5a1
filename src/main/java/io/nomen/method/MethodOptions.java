package io.nomen.method;

import io.nomen.semantics.KMeansOptions;
import io.nomen.semantics.SemanticOptions;

/**
 * Every choice that a method may have, with the papers' values as defaults.
 *
 * @param kmeans for the clusters themselves
 * @param semantics for the semantic space and the text counterparts
 * @param training for methods with a head
 */
public record MethodOptions(
    KMeansOptions kmeans, SemanticOptions semantics, TrainingOptions training) {

  public static MethodOptions defaults() {
    return new MethodOptions(
        KMeansOptions.withRestarts(20), SemanticOptions.defaults(), TrainingOptions.defaults());
  }
}
