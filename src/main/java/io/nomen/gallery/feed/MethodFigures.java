package io.nomen.gallery.feed;

import io.nomen.method.Findings;
import java.util.LinkedHashMap;
import java.util.Map;

/** Numbers in a method's findings that say without a label how well it did. */
final class MethodFigures {
  private MethodFigures() {}

  /** By a name for people: the objective or loss, and what SIC's bound on the risk is made of. */
  static Map<String, Double> of(Findings findings) {
    Map<String, Double> figures = new LinkedHashMap<>();
    findings
        .part(Findings.KMeans.class)
        .ifPresent(found -> figures.put("objective", found.objective()));
    findings
        .part(Findings.Training.class)
        .ifPresent(training -> figures.put("loss", training.loss()));
    findings
        .part(Findings.SemanticConsistency.class)
        .ifPresent(
            found ->
                found
                    .riskBound()
                    .forEach(
                        (name, value) ->
                            figures.put("risk bound: " + name.replace('_', ' '), value)));
    return figures;
  }
}
