package io.nomen.method;

import io.nomen.neighbours.NeighbourLists;
import io.nomen.neighbours.Smoothing;
import io.nomen.semantics.KMeansFit;
import io.nomen.semantics.SphericalKMeans;
import io.nomen.tensor.RowBlocks;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;

/**
 * Nomen's own method without training: k-means over images and text counterparts, centred, fused by
 * how well the nouns fit, and smoothed once over the nearest neighbours. Where the nouns do not fit
 * it is k-means of the smoothed images alone.
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
      double weight = inputs.gate().shareWithoutTraining();
      RowBlocks fused =
          Fusion.of(inputs.texts(), inputs.images(), weight)
              .persist(StorageLevel.MEMORY_AND_DISK());
      try (NeighbourLists lists =
          NomenInputs.find(input, "neighbours", fused, inputs.semantics(), NomenSpace.NEIGHBOURS)) {
        return cluster(input, inputs, weight, fused, lists);
      } finally {
        fused.unpersist();
      }
    }
  }

  private static Clustering cluster(
      MethodInput input, NomenInputs inputs, double weight, RowBlocks fused, NeighbourLists lists) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(fused.blocks().context());
    try (Smoothing smoothed = Smoothing.of(spark, fused, lists, NomenSpace.NEIGHBOURS)) {
      input.progress().at("k-means", 0, 1);
      KMeansFit fit =
          SphericalKMeans.fit(
              smoothed.rows(), input.clusters(), input.options().kmeans(), input.seed());
      input.progress().at("k-means", 1, 1);
      NomenNoTrainModel model =
          new NomenNoTrainModel(inputs.space(input, weight, fused), fit.best().rows());
      boolean allKept = model.space().kept().rows() == fused.rows();
      Clustering clustering =
          CentreClustering.of(
              model,
              allKept
                  ? model.assignSmoothed(smoothed.rows())
                  : model.assign(input.embeddings(), input.norms()),
              fit,
              Optional.of(inputs.semantics()));
      Map<String, Object> quality = new LinkedHashMap<>(clustering.quality());
      quality.put("gate", inputs.gate().told(clustering, input.embeddings().rows()));
      quality.put("neighbours", lists.report());
      return new Clustering(
              clustering.assignments(), clustering.sizes(), model, clustering.semantics(), quality)
          .among(
              CentreClustering.models(
                  fit, centres -> new NomenNoTrainModel(model.space(), centres)));
    }
  }
}
