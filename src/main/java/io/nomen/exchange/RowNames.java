package io.nomen.exchange;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What imported rows are called, no two alike, and what their labels are. */
final class RowNames {
  private final int digits;
  private final Optional<List<String>> paths;
  private final Optional<int[]> labels;
  private final Set<String> taken = new HashSet<>();

  RowNames(long rows, Optional<List<String>> paths, Optional<int[]> labels) {
    // Wide enough that the order of paths is the order of rows.
    this.digits = Math.max(7, Long.toString(rows - 1).length());
    this.paths = paths;
    this.labels = labels;
  }

  String path(long row, Optional<List<String>> inPart, int place) {
    Optional<String> named =
        paths
            .map(all -> all.get(Math.toIntExact(row)))
            .or(() -> inPart.map(all -> all.get(place)))
            .filter(path -> !path.isEmpty());
    if (named.isEmpty()) {
      return RootLocale.format("row-%0" + digits + "d", row);
    }
    if (!taken.add(named.get())) {
      throw NomenException.input(
          "Row %d has the path \"%s\", which an earlier row has too; paths must differ."
              .formatted(row, named.get()));
    }
    return named.get();
  }

  Optional<String> label(long row, Optional<List<Optional<String>>> inPart, int place) {
    return labels
        .map(all -> Integer.toString(all[Math.toIntExact(row)]))
        .or(() -> inPart.flatMap(all -> all.get(place)));
  }
}
