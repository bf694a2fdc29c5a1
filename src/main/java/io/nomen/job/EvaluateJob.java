package io.nomen.job;

import io.nomen.NomenException;
import io.nomen.evaluate.Scores;
import io.nomen.store.NpyReader;
import io.nomen.store.RunFolder;
import io.nomen.store.Storage;
import io.nomen.store.Table;
import io.nomen.store.TableColumn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Scores of a finished run against labels that no method has seen. */
public final class EvaluateJob {
  private EvaluateJob() {}

  /**
   * Scores the run in {@code folder}.
   *
   * @param labels {@code folder}, {@code cls} or {@code column} for what the images table holds, or
   *     a {@code .npy} with a label for each row in path order
   */
  public static Map<String, Object> run(JobContext context, RunFolder folder, String labels) {
    Storage storage = context.storage();
    Table table = folder.table("assignments");
    Assignments assignments = Assignments.read(storage, table);
    List<String> paths = Assignments.paths(storage, table);
    int[] truth = new int[paths.size()];
    Map<String, Integer> numbers = new LinkedHashMap<>();
    Map<String, String> known =
        labels.endsWith(".npy")
            ? ofFile(storage, storage.qualify(labels), paths)
            : ofTable(folder, labels);
    for (int row = 0; row < truth.length; row++) {
      String label = known.get(paths.get(row));
      if (label == null) {
        throw NomenException.input(
            "There is no label for %s (--labels %s); every clustered image needs one."
                .formatted(paths.get(row), labels));
      }
      truth[row] = numbers.computeIfAbsent(label, l -> numbers.size());
    }
    Scores scores = Scores.of(truth, assignments.cluster());
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("acc", rounded(scores.acc()));
    result.put("nmi", rounded(scores.nmi()));
    result.put("ari", rounded(scores.ari()));
    result.put("images", truth.length);
    result.put("classes", numbers.size());
    result.put("labels", labels);
    return result;
  }

  private static Map<String, String> ofTable(RunFolder folder, String labels) {
    RunRecord record =
        RunRecord.read(folder)
            .orElseThrow(
                () -> NomenException.input(folder.uri() + " holds no finished run to evaluate."));
    Map<String, String> known = new HashMap<>();
    for (String uri : ListedImages.table(record, folder).uris()) {
      List<String> paths = new TableColumn(folder.storage(), uri, "path").strings();
      List<Optional<String>> found =
          new TableColumn(folder.storage(), uri, "label").optionalStrings();
      for (int row = 0; row < paths.size(); row++) {
        if (found.get(row).isPresent()) {
          known.put(paths.get(row), found.get(row).get());
        }
      }
    }
    if (known.isEmpty()) {
      throw NomenException.input(
          "The images of %s have no labels of their own (--labels %s); give a .npy or .csv file."
              .formatted(folder.uri(), labels));
    }
    return known;
  }

  private static Map<String, String> ofFile(Storage storage, String uri, List<String> paths) {
    try (NpyReader reader = NpyReader.open(storage, uri)) {
      if (reader.rows() != paths.size()) {
        throw NomenException.input(
            "%s has %d labels and the run %d images; there must be one an image, in path order."
                .formatted(uri, reader.rows(), paths.size()));
      }
      int[] labels = reader.ints();
      List<String> ordered = new ArrayList<>(paths);
      ordered.sort(null);
      Map<String, String> known = new HashMap<>();
      for (int i = 0; i < labels.length; i++) {
        known.put(ordered.get(i), Integer.toString(labels[i]));
      }
      return known;
    }
  }

  private static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }
}
