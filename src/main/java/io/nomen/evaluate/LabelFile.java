package io.nomen.evaluate;

import io.nomen.NomenException;
import io.nomen.evaluate.LabelSource.Labels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file of {@code path,label} lines, and whose lines they are. */
final class LabelFile {
  /** Headings of the two columns, in lower case. */
  private static final Set<String> PATHS =
      Set.of(
          "path", "filepath", "file_path", "image_path", "file", "filename", "file_name", "image");

  private static final Set<String> LABELS = Set.of("label", "class", "class_name", "category");

  private static final Logger LOG = LoggerFactory.getLogger(LabelFile.class);

  private record Line(int number, String path, String label) {}

  private final String uri;
  private final List<Line> lines;

  LabelFile(String uri, byte[] bytes) {
    this.uri = uri;
    lines = read(text(bytes));
  }

  /** UTF-8, or UTF-16 with its mark, which spreadsheets call Unicode text. */
  private String text(byte[] bytes) {
    boolean marked =
        bytes.length > 1
            && ((bytes[0] == (byte) 0xff && bytes[1] == (byte) 0xfe)
                || (bytes[0] == (byte) 0xfe && bytes[1] == (byte) 0xff));
    Charset charset = marked ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8;
    try {
      String text = charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw NomenException.input(
          "%s is neither UTF-8 nor UTF-16; save the labels as UTF-8.".formatted(uri), e);
    }
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
    char separator = separator(text);
    CSVFormat format =
        CSVFormat.RFC4180
            .builder()
            .setDelimiter(separator)
            .setIgnoreEmptyLines(true)
            .setLenientEof(true)
            .setTrailingData(true)
            .get();
    List<Line> found = new ArrayList<>();
    int path = 0;
    int label = 1;
    int fields = 2;
    boolean first = true;
    try (CSVParser parser = CSVParser.parse(text, format)) {
      for (CSVRecord record : parser) {
        int number = Math.toIntExact(parser.getCurrentLineNumber());
        List<String> names =
            record.stream().map(name -> name.strip().toLowerCase(Locale.ROOT)).toList();
        boolean heading = first && places(names, PATHS) >= 0 && places(names, LABELS) >= 0;
        first = false;
        if (heading) {
          path = places(names, PATHS);
          label = places(names, LABELS);
          fields = record.size();
        } else if (record.stream().anyMatch(field -> !field.isBlank())) {
          line(number, record, path, label, fields).ifPresent(found::add);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      throw NomenException.input(
          "%s is not a table of path,label: %s.".formatted(uri, e.getMessage()), e);
    }
    if (found.isEmpty()) {
      throw NomenException.input("%s holds no line of path,label.".formatted(uri));
    }
    return found;
  }

  private static int places(List<String> names, Set<String> wanted) {
    return IntStream.range(0, names.size())
        .filter(i -> wanted.contains(names.get(i)))
        .findFirst()
        .orElse(-1);
  }

  /** What the first line has most of, outside of quotes; a comma of equals. */
  private static char separator(String text) {
    String line = text.stripLeading().lines().findFirst().orElse("").replaceAll("\"[^\"]*\"", "");
    char best = ',';
    for (char candidate : new char[] {';', '\t'}) {
      best = count(line, candidate) > count(line, best) ? candidate : best;
    }
    return best;
  }

  private static long count(String line, char wanted) {
    return line.chars().filter(c -> c == wanted).count();
  }

  /** One record; empty where its label is, which is no label. */
  private Optional<Line> line(int number, CSVRecord record, int path, int label, int fields) {
    if (record.size() != fields || record.get(path).isBlank()) {
      throw NomenException.input(
          "%s, line %d has %d fields where path,label is expected%s; put a field with a comma in"
                  .formatted(
                      uri, number, record.size(), fields == 2 ? "" : " in " + fields + " columns")
              + " double quotes, or begin with a heading that names the columns path and label.");
    }
    return Optional.of(record.get(label).strip())
        .filter(text -> !text.isEmpty())
        .map(text -> new Line(number, record.get(path).strip(), text));
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
