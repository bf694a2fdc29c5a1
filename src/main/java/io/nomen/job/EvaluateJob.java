package io.nomen.job;

import io.nomen.NomenException;
import io.nomen.evaluate.Contingency;
import io.nomen.evaluate.LabelSource;
import io.nomen.evaluate.LabelSource.Labels;
import io.nomen.evaluate.Scores;
import io.nomen.evaluate.Scores.ConfusionMatrix;
import io.nomen.evaluate.Scores.LabelTable;
import io.nomen.evaluate.Scores.RunComparison;
import io.nomen.exchange.ExportJob;
import io.nomen.naming.NameScores;
import io.nomen.run.Assignments;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.run.Snapshot;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import io.nomen.vocabulary.WordNet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaPairRDD;

/** Scores of a finished run against labels that no method has seen, or against another run. */
public final class EvaluateJob {
  private EvaluateJob() {}

  /**
   * Scores the run in {@code folder}, and leaves {@code evaluation.json} beside its {@code
   * run.json}: scores, a row per cluster, how well names say what the classes are called, the
   * confusion matrix.
   *
   * @param labels {@code folder}, {@code cls} or {@code column} for what the images table holds, or
   *     a {@code .npy} or {@code .csv} file
   */
  public static Map<String, Object> run(JobContext context, RunFolder folder, String labels) {
    Storage storage = context.storage();
    Snapshot run = folder.snapshot();
    Labels truth = LabelSource.parse(labels).of(context.spark().get(), run);
    Contingency counted = truth.counts();
    Scores scores = Scores.of(counted);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("acc", rounded(scores.acc()));
    result.put("nmi", rounded(scores.nmi()));
    result.put("ari", rounded(scores.ari()));
    result.put("images", counted.total());
    result.put("without_label", run.table("assignments").totalRows() - counted.total());
    result.put("classes", truth.names().size());
    result.put("labels", labels);
    NameScores names = names(run, truth, LabelTable.of(counted));
    result.put("names", names.summary());
    Map<String, Object> whole = new LinkedHashMap<>(result);
    whole.put("run", run.run());
    whole.put("without_labels", run.requireRecord().quality());
    whole.put("label_names", truth.names());
    whole.put("by_cluster", LabelTable.of(counted).rows());
    whole.put("by_name", names.rows());
    whole.put("confusion", ConfusionMatrix.of(counted));
    storage.writeText(folder.uri() + "/evaluation.json", Json.pretty(whole));
    return result;
  }

  private static NameScores names(Snapshot run, Labels truth, LabelTable table) {
    Map<Integer, String> names = ExportJob.clusterNames(run);
    List<NameScores.Named> named =
        table.rows().stream()
            .map(
                row ->
                    new NameScores.Named(
                        row.cluster(),
                        names.getOrDefault(row.cluster(), ""),
                        truth.names().get(row.majorityLabel()),
                        row.size()))
            .toList();
    return NameScores.of(named, WordNet.get());
  }

  /** How much two runs over the same images agree. */
  public static Map<String, Object> compare(JobContext context, RunFolder folder, RunFolder other) {
    Contingency counted =
        Contingency.of(clusters(context, other).join(clusters(context, folder)).values());
    if (counted.total() == 0) {
      throw NomenException.input(
          "The runs in %s and %s have no image in common.".formatted(folder.uri(), other.uri()));
    }
    RunComparison comparison = RunComparison.of(counted);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("nmi", rounded(comparison.nmi()));
    result.put("ari", rounded(comparison.ari()));
    result.put("images", counted.total());
    result.put("moved", comparison.moved());
    result.put("matches", comparison.matches());
    return result;
  }

  private static JavaPairRDD<String, Integer> clusters(JobContext context, RunFolder folder) {
    return Assignments.byPath(
        context.spark().get(), context.storage(), folder.snapshot().table("assignments"));
  }

  private static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }
}
