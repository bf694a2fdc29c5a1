package io.nomen.evaluate;

import io.nomen.NomenException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file of {@code path,label} lines, and whose lines they are. */
final class LabelFile {
  private static final Logger LOG = LoggerFactory.getLogger(LabelFile.class);

  private record Line(int number, String path, String label) {}

  private final String uri;
  private final List<Line> lines;

  LabelFile(String uri, String text) {
    this.uri = uri;
    lines = read(text);
  }

  /** Labels by image; images that no line names have none. */
  Labels match(List<String> paths) {
    PathEnds ends = new PathEnds(paths);
    List<Optional<String>> labels =
        new ArrayList<>(Collections.nCopies(paths.size(), Optional.empty()));
    int unknown = 0;
    for (Line line : lines) {
      int[] rows = ends.find(line.path());
      if (rows.length > 1) {
        throw NomenException.input(
            "%s, line %d: \"%s\" fits %d images of the run, %s and %s among them; give more of the"
                    .formatted(
                        uri,
                        line.number(),
                        line.path(),
                        rows.length,
                        paths.get(rows[0]),
                        paths.get(rows[1]))
                + " path.");
      }
      unknown += rows.length == 0 ? 1 : 0;
      if (rows.length == 1) {
        put(labels, rows[0], line);
      }
    }
    report(labels, unknown, paths);
    return Labels.of(labels);
  }

  private void put(List<Optional<String>> labels, int row, Line line) {
    Optional<String> before = labels.set(row, Optional.of(line.label()));
    if (before.isPresent() && !before.get().equals(line.label())) {
      throw NomenException.input(
          "%s, line %d: \"%s\" has the label \"%s\" here and \"%s\" on a line before; keep one."
              .formatted(uri, line.number(), line.path(), line.label(), before.get()));
    }
  }

  private void report(List<Optional<String>> labels, int unknown, List<String> paths) {
    long found = labels.stream().filter(Optional::isPresent).count();
    if (found == 0) {
      throw NomenException.input(
          "None of the %d paths in %s is one of the run's images; the first is \"%s\", the run's"
                  .formatted(lines.size(), uri, lines.get(0).path())
              + " first is \"%s\".".formatted(paths.get(0)));
    }
    if (found < paths.size() || unknown > 0) {
      LOG.warn(
          "{}: {} of {} images have a label and are scored; {} lines name no image of the run",
          uri,
          found,
          paths.size(),
          unknown);
    }
  }

  private List<Line> read(String text) {
    List<Line> found = new ArrayList<>();
    int number = 0;
    for (String line : text.split("\r\n|\n|\r", -1)) {
      number++;
      String bare = number == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line;
      boolean heading = number == 1 && bare.strip().equalsIgnoreCase("path,label");
      if (!bare.isBlank() && !heading) {
        found.add(line(number, bare));
      }
    }
    if (found.isEmpty()) {
      throw NomenException.input("%s holds no line of path,label.".formatted(uri));
    }
    return found;
  }

  private Line line(int number, String line) {
    List<String> fields = CsvLine.fields(line);
    if (fields.size() != 2 || fields.get(0).isBlank() || fields.get(1).isBlank()) {
      throw NomenException.input(
          "%s, line %d has %d fields where path,label is expected; put a field with a comma in"
                  .formatted(uri, number, fields.size())
              + " double quotes.");
    }
    return new Line(number, fields.get(0).strip(), fields.get(1).strip());
  }

  /**
   * Finds paths by their ends, however many there are: reversed, they lie side by side in order.
   */
  static final class PathEnds {
    private final Map<String, Integer> whole = new HashMap<>();
    private final String[] reversed;
    private final int[] rows;

    PathEnds(List<String> paths) {
      String[] all = paths.stream().map(PathEnds::reverse).toArray(String[]::new);
      rows =
          IntStream.range(0, all.length)
              .boxed()
              .sorted(Comparator.comparing(row -> all[row]))
              .mapToInt(Integer::intValue)
              .toArray();
      reversed = Arrays.stream(rows).mapToObj(row -> all[row]).toArray(String[]::new);
      for (int row = 0; row < all.length; row++) {
        whole.put(paths.get(row), row);
      }
    }

    /** The row of exactly this path, otherwise the rows of all that end with {@code /path}. */
    int[] find(String path) {
      Integer row = whole.get(path);
      if (row != null) {
        return new int[] {row};
      }
      String bare = path.startsWith("./") ? path.substring(2) : path;
      String end = reverse(bare.startsWith("/") ? bare : "/" + bare);
      int from = Arrays.binarySearch(reversed, end);
      int first = from < 0 ? -from - 1 : from;
      int last = first;
      while (last < reversed.length && reversed[last].startsWith(end)) {
        last++;
      }
      return Arrays.stream(rows, first, last).sorted().toArray();
    }

    private static String reverse(String path) {
      return new StringBuilder(path).reverse().toString();
    }
  }
}
