package io.nomen.gallery.feed;

import java.util.LinkedHashMap;
import java.util.Map;

/** Numbers in a run's provenance that say without a label how well the method did. */
final class MethodFigures {
  private MethodFigures() {}

  /** By a name for people: the objective or loss, and what SIC's bound on the risk is made of. */
  static Map<String, Double> of(Map<String, Object> method) {
    Map<String, Double> figures = new LinkedHashMap<>();
    for (String name : new String[] {"objective", "loss"}) {
      take(figures, name, method.get(name));
    }
    if (method.get("risk_bound") instanceof Map<?, ?> bound) {
      bound.forEach((name, value) -> take(figures, "risk bound: " + name, value));
    }
    return figures;
  }

  private static void take(Map<String, Double> figures, String name, Object value) {
    if (value instanceof Number number) {
      figures.put(name.replace('_', ' '), number.doubleValue());
    }
  }
}
