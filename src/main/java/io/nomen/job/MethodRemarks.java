package io.nomen.job;

import io.nomen.RootLocale;
import io.nomen.evaluate.ClusterCount;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a method found out that its user should read, in sentences. */
final class MethodRemarks {
  private MethodRemarks() {}

  /**
   * @param quality a method's provenance; a gate in it says how well the nouns fit, a choice of
   *     linkage why it was taken, a choice of K how it was made
   */
  static List<String> of(Map<String, Object> quality) {
    List<String> remarks = new ArrayList<>();
    if (quality.get("gate") instanceof Map<?, ?> gate) {
      remarks.add(
          RootLocale.format(
              "How well the nouns describe these images: ρ = %.2f, %s.",
              ((Number) gate.get("rho")).doubleValue(), gate.get("words")));
    }
    if (quality.get("linkage") instanceof Map<?, ?> linkage && linkage.get("taken").equals(true)) {
      double linked =
          Math.max(
              ((Number) linkage.get("silhouette")).doubleValue(),
              ((Number) linkage.get("silhouette_smoothed_twice")).doubleValue());
      double ofKmeans = ((Number) linkage.get("silhouette_of_kmeans")).doubleValue();
      remarks.add(
          RootLocale.format(
              "Clusters are as large as they come: average linkage separates the images %s"
                  + " (silhouette %.2f) than k-means, whose clusters are of about equal sizes"
                  + " (%.2f).",
              linked > ofKmeans ? "better" : "no better", linked, ofKmeans));
    }
    if (quality.get("cluster_count") instanceof ClusterCount.Choice choice) {
      remarks.add(
          RootLocale.format("%d clusters were chosen: %s.", choice.clusters(), choice.reason()));
    }
    return remarks;
  }
}
