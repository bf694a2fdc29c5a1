package io.nomen.gallery.feed;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.gallery.GalleryData.Curve;
import io.nomen.store.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The histories in a run's provenance as charts: the terms of the loss by epoch, the sweep over K.
 */
final class MethodCurves {
  private MethodCurves() {}

  static List<Curve> of(Map<String, Object> method) {
    JsonNode told = Json.mapper().valueToTree(method);
    List<Curve> curves = new ArrayList<>(epochs(told.path("epochs")));
    curves.addAll(counts(told.path("cluster_count").path("curve")));
    return curves;
  }

  private static List<Curve> counts(JsonNode points) {
    if (points.size() < 2) {
      return List.of();
    }
    double[] clusters = new double[points.size()];
    double[] silhouette = new double[points.size()];
    double[] stability = new double[points.size()];
    double[] score = new double[points.size()];
    for (int i = 0; i < clusters.length; i++) {
      JsonNode trial = points.get(i).path("trial");
      clusters[i] = trial.path("clusters").asDouble();
      silhouette[i] = trial.path("silhouette").asDouble();
      stability[i] = trial.path("stability").asDouble() / 100;
      score[i] = points.get(i).path("score").asDouble();
    }
    return List.of(
        new Curve(
            "how many clusters",
            "clusters",
            List.of(
                new Curve.Series("silhouette", clusters, silhouette),
                new Curve.Series("stability", clusters, stability),
                new Curve.Series("score", clusters, score))));
  }

  private static List<Curve> epochs(JsonNode epochs) {
    if (epochs.size() < 2) {
      return List.of();
    }
    Set<String> terms = new TreeSet<>();
    for (JsonNode epoch : epochs) {
      Iterator<String> names = epoch.path("terms").fieldNames();
      names.forEachRemaining(terms::add);
    }
    List<Curve> curves = new ArrayList<>();
    for (String term : terms) {
      double[] x = new double[epochs.size()];
      double[] y = new double[epochs.size()];
      for (int i = 0; i < x.length; i++) {
        x[i] = epochs.get(i).path("epoch").asDouble();
        y[i] = epochs.get(i).path("terms").path(term).asDouble(Double.NaN);
      }
      if (Arrays.stream(y).distinct().count() < 2) {
        continue; // What never changes stands among the figures.
      }
      String title = term.replace('_', ' ');
      curves.add(new Curve(title, "epoch", List.of(new Curve.Series(title, x, y))));
    }
    return curves;
  }
}
