package io.nomen.gallery.feed;

import io.nomen.evaluate.ClusterCount;
import io.nomen.gallery.GalleryData.Curve;
import io.nomen.method.Findings;
import io.nomen.run.RunRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run's provenance shows: charts of the loss by epoch and of the sweep over K, and numbers
 * that say without a label how well the method did.
 */
final class MethodCharts {
  private MethodCharts() {}

  static List<Curve> curves(RunRecord record) {
    List<Curve> curves =
        new ArrayList<>(
            record.part(Findings.Training.class).map(MethodCharts::epochs).orElse(List.of()));
    record
        .part(ClusterCount.Choice.class)
        .ifPresent(choice -> curves.addAll(counts(choice.curve())));
    return curves;
  }

  private static List<Curve> counts(List<ClusterCount.Point> points) {
    if (points.size() < 2) {
      return List.of();
    }
    double[] clusters = points.stream().mapToDouble(p -> p.trial().clusters()).toArray();
    double[] silhouette = points.stream().mapToDouble(p -> p.trial().silhouette()).toArray();
    double[] stability = points.stream().mapToDouble(p -> p.trial().stability() / 100).toArray();
    double[] score = points.stream().mapToDouble(ClusterCount.Point::score).toArray();
    return List.of(
        new Curve(
            "how many clusters",
            "clusters",
            List.of(
                new Curve.Series("silhouette", clusters, silhouette),
                new Curve.Series("stability", clusters, stability),
                new Curve.Series("score", clusters, score))));
  }

  private static List<Curve> epochs(Findings.Training training) {
    double[] epochs = training.epochNumbers();
    List<Curve> curves = new ArrayList<>();
    training
        .terms()
        .forEach(
            (term, values) -> {
              // What never changes stands among the figures.
              if (Arrays.stream(values).distinct().count() > 1) {
                String title = term.replace('_', ' ');
                curves.add(
                    new Curve(title, "epoch", List.of(new Curve.Series(title, epochs, values))));
              }
            });
    return curves;
  }

  /** By a name for people: the objective or loss, and what SIC's bound on the risk is made of. */
  static Map<String, Double> figures(RunRecord record) {
    Map<String, Double> figures = new LinkedHashMap<>();
    record
        .part(Findings.KMeans.class)
        .ifPresent(found -> figures.put("objective", found.objective()));
    record
        .part(Findings.Training.class)
        .ifPresent(training -> figures.put("loss", training.loss()));
    record
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
