package io.nomen.run;

import io.nomen.evaluate.Resemblance;
import io.nomen.store.Storage;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * {@link Resemblance} as the table {@code assignments} holds it, row by row; empty for a run that
 * did not look for it.
 *
 * @param duplicateOf [N] or empty: the first row of the image's group, or the row itself
 * @param outlierScore [N] or empty
 * @param paths of the first rows of groups
 */
public record ResemblanceColumns(
    int[] duplicateOf, float[] outlierScore, Map<Integer, String> paths) implements Serializable {
  public static final ResemblanceColumns NONE =
      new ResemblanceColumns(new int[0], new float[0], Map.of());

  public static ResemblanceColumns of(
      int[] duplicateOf, float[] outlierScore, EmbeddingTable table) {
    int[] firsts =
        IntStream.range(0, duplicateOf.length)
            .filter(row -> duplicateOf[row] != row)
            .map(row -> duplicateOf[row])
            .distinct()
            .sorted()
            .toArray();
    return new ResemblanceColumns(duplicateOf, outlierScore, table.pathsOf(firsts));
  }

  /** The path that the image's group goes by, unless it is the image's own. */
  Optional<String> duplicateOf(long row) {
    return row >= duplicateOf.length || duplicateOf[(int) row] == row
        ? Optional.empty()
        : Optional.of(paths.get(duplicateOf[(int) row]));
  }

  public Optional<Float> outlierScore(long row) {
    return row >= outlierScore.length || Float.isNaN(outlierScore[(int) row])
        ? Optional.empty()
        : Optional.of(outlierScore[(int) row]);
  }

  /** Rows by their score, the furthest first; at most {@code count}. */
  public List<Integer> furthest(int count) {
    return IntStream.range(0, outlierScore.length)
        .filter(row -> !Float.isNaN(outlierScore[row]))
        .boxed()
        .sorted(
            Comparator.<Integer>comparingDouble(row -> -outlierScore[row])
                .thenComparing(Comparator.naturalOrder()))
        .limit(count)
        .toList();
  }

  /** What {@code assignments} holds. */
  public static ResemblanceColumns read(Storage storage, Table assignments, List<String> paths) {
    int rows = paths.size();
    Map<String, Integer> byPath = new HashMap<>();
    int[] duplicateOf = new int[rows];
    float[] scores = new float[rows];
    List<Optional<String>> firsts = new ArrayList<>();
    int at = 0;
    assignments
        .eachFile(uri -> new TableColumn(storage, uri, "duplicate_of").optionalStrings())
        .forEach(firsts::addAll);
    for (float[] part :
        assignments.eachFile(
            uri -> new TableColumn(storage, uri, "outlier_score").optionalFloats())) {
      System.arraycopy(part, 0, scores, at, part.length);
      at += part.length;
    }
    firsts.forEach(first -> first.ifPresent(path -> byPath.put(path, -1)));
    for (int row = 0; row < rows; row++) {
      byPath.replace(paths.get(row), row);
    }
    Map<Integer, String> named = new HashMap<>();
    for (int row = 0; row < rows; row++) {
      duplicateOf[row] = firsts.get(row).map(byPath::get).orElse(row);
      named.putIfAbsent(duplicateOf[row], paths.get(duplicateOf[row]));
    }
    return new ResemblanceColumns(duplicateOf, scores, named);
  }
}
