package io.nomen.method;

import io.nomen.kmeans.SphericalKMeans;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Nomen's own method without training: k-means over images and text counterparts, centred, fused by
 * how well the nouns fit, and smoothed once over the nearest neighbours. Where the nouns do not fit
 * it is k-means of the smoothed images alone. Where average linkage separates the images better
 * than k-means does, it takes its place ({@link LinkageChoice}).
 */
public final class NomenNoTrainMethod implements ClusteringMethod {
  static final String NAME = "nomen-no-train";

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
    try (NomenInputs inputs =
        NomenInputs.of(input, input.embeddings(), NAME, NomenSpace.NEIGHBOURS)) {
      return cluster(input, inputs, inputs.gate().shareWithoutTraining());
    }
  }

  private static Clustering cluster(MethodInput input, NomenInputs inputs, double weight) {
    try (SmoothedFusion rows =
        SmoothedFusion.of(input, inputs, "neighbours", weight, NomenSpace.NEIGHBOURS)) {
      NomenSpace space = inputs.space(input, weight, rows.fused());
      return LinkageChoice.linkedOr(
          input,
          inputs,
          () -> space,
          rows.fused(),
          Optional.of(rows.rows()),
          () -> flat(input, inputs, space, rows));
    }
  }

  private static Clustering flat(
      MethodInput input, NomenInputs inputs, NomenSpace space, SmoothedFusion rows) {
    SphericalKMeans.Fit fit = fit(input, rows);
    NomenNoTrainModel model = new NomenNoTrainModel(space, fit.best().rows());
    Clustering clustering =
        CentreClustering.of(
            model,
            model.assignSmoothed(model.rows(input, Optional.of(rows.rows()))),
            fit,
            Optional.of(inputs.semantics()));
    Map<String, Object> quality = new LinkedHashMap<>(clustering.quality());
    quality.put("gate", inputs.gate().told(clustering));
    quality.put("neighbours", rows.lists().report());
    return new Clustering(
            clustering.assignments(), clustering.sizes(), model, clustering.semantics(), quality)
        .among(CentreClustering.models(fit, centres -> new NomenNoTrainModel(space, centres)));
  }

  private static SphericalKMeans.Fit fit(MethodInput input, SmoothedFusion rows) {
    input.progress().at("k-means", 0, 1);
    SphericalKMeans.Fit fit =
        SphericalKMeans.fit(rows.rows(), input.clusters(), input.options().kmeans(), input.seed());
    input.progress().at("k-means", 1, 1);
    return fit;
  }
}
