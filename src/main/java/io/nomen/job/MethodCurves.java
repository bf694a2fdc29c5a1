package io.nomen.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.gallery.Curve;
import io.nomen.store.Json;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The histories in a method's provenance as charts: one for each term of the loss, by epoch. */
final class MethodCurves {
  private MethodCurves() {}

  static List<Curve> of(Map<String, Object> method) {
    JsonNode epochs = Json.mapper().valueToTree(method).path("epochs");
    if (!epochs.isArray() || epochs.size() < 2) {
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
      String title = term.replace('_', ' ');
      curves.add(new Curve(title, "epoch", List.of(new Curve.Series(title, x, y))));
    }
    return curves;
  }
}
