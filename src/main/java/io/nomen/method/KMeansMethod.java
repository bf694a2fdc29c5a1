package io.nomen.method;

import io.nomen.kmeans.SphericalKMeans;
import java.util.Optional;

/** Spherical k-means of the embeddings: the baseline that needs no text. */
public final class KMeansMethod implements ClusteringMethod {
  static final String NAME = "kmeans";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean needsNouns() {
    return false;
  }

  @Override
  public Clustering cluster(MethodInput input) {
    input.progress().at("k-means", 0, 1);
    SphericalKMeans.Fit fit =
        SphericalKMeans.fit(
            input.embeddings(), input.clusters(), input.options().kmeans(), input.seed());
    input.progress().at("k-means", 1, 1);
    CentreModel model = new CentreModel(NAME, fit.best().rows());
    return CentreClustering.of(
            model, model.assign(input.embeddings(), input.norms()), fit, Optional.empty())
        .among(CentreClustering.models(fit, centres -> new CentreModel(NAME, centres)));
  }
}
