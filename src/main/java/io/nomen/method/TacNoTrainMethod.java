package io.nomen.method;

import io.nomen.kmeans.SphericalKMeans;
import io.nomen.semantics.SemanticSpace;
import io.nomen.semantics.TextCounterparts;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import java.util.Optional;
import org.apache.spark.storage.StorageLevel;

/**
 * TAC without training (Li et al., ICML 2024, arXiv 2310.11989, section 3.1): spherical k-means
 * over every image's text counterpart and embedding side by side.
 */
public final class TacNoTrainMethod implements ClusteringMethod {
  static final String NAME = "tac-no-train";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean needsNouns() {
    return true;
  }

  @Override
  public Clustering cluster(MethodInput input) {
    SemanticSpace semantics = input.semanticSpace(NAME);
    Matrix nouns = semantics.nouns().embeddings();
    double temperature = input.options().semantics().temperature();
    RowBlocks fused =
        TextCounterparts.beside(input.embeddings(), nouns, temperature)
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      input.progress().at("k-means with text", 0, 1);
      SphericalKMeans.Fit fit =
          SphericalKMeans.fit(fused, input.clusters(), input.options().kmeans(), input.seed());
      TacNoTrainModel model = new TacNoTrainModel(nouns, temperature, fit.best().rows());
      Clustering clustering =
          CentreClustering.of(model, model.assignFused(fused), fit, Optional.of(semantics))
              .among(
                  CentreClustering.models(
                      fit, centres -> new TacNoTrainModel(nouns, temperature, centres)));
      input.progress().at("k-means with text", 1, 1);
      return clustering;
    } finally {
      fused.unpersist();
    }
  }
}
