package io.nomen.evaluate;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.evaluate.LabelSource.Labels;
import io.nomen.run.Assignments;
import io.nomen.run.Assignments.PartOfTable;
import io.nomen.run.Snapshot;
import io.nomen.run.Table;
import io.nomen.store.Storage;
import io.nomen.store.StorageFailure;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.TaskCompletionListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * A file of {@code path,label} lines, and whose lines they are. One task reads it; lines and images
 * meet by the ends of their paths.
 */
final class LabelFile {
  /** Headings of the two columns, in lower case. */
  private static final Set<String> PATHS =
      Set.of(
          "path", "filepath", "file_path", "image_path", "file", "filename", "file_name", "image");

  private static final Set<String> LABELS = Set.of("label", "class", "class_name", "category");

  private static final Logger LOG = LoggerFactory.getLogger(LabelFile.class);

  private LabelFile() {}

  /** The labels of {@code run}'s images; those that no line names have none. */
  static Labels labels(JavaSparkContext spark, Snapshot run, String uri) {
    Storage storage = run.storage();
    Table assigned = run.table("assignments");
    JavaRDD<Line> lines =
        spark
            .parallelize(List.of(storage.qualify(uri)), 1)
            .flatMap(file -> new Lines(storage, file, uri))
            .persist(StorageLevel.MEMORY_AND_DISK());
    JavaRDD<Match> matches =
        lines
            .mapToPair(line -> new Tuple2<>(line.end(), line))
            .cogroup(images(spark, storage, assigned, lines))
            .flatMap(met -> matches(uri, met._2()).iterator())
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      if (lines.isEmpty()) {
        throw NomenException.input("%s holds no line of path,label.".formatted(uri));
      }
      JavaRDD<List<Match>> ofImages =
          matches
              .filter(match -> match.row() >= 0)
              .groupBy(Match::row)
              .values()
              .map(LabelFile::inOrder);
      List<Match> problems =
          matches
              .filter(match -> !match.problem().isEmpty())
              .union(ofImages.flatMap(all -> contradictions(uri, all).iterator()))
              .takeOrdered(1);
      if (!problems.isEmpty()) {
        throw NomenException.input(problems.get(0).problem());
      }
      Optional<Labels> found =
          Labels.count(ofImages.map(all -> new Tuple2<>(all.get(0).label(), all.get(0).cluster())));
      if (found.isEmpty()) {
        throw NomenException.input(
            "None of the %d paths in %s is one of the run's images; the first is \"%s\", the run's"
                    .formatted(lines.count(), uri, lines.first().path())
                + " first is \"%s\"."
                    .formatted(
                        Assignments.parts(spark, storage, assigned)
                            .flatMap(part -> part.paths().iterator())
                            .first()));
      }
      report(
          uri,
          found.get().counts().total(),
          assigned.totalRows(),
          matches.filter(match -> match.row() == Match.NO_IMAGE).count());
      return found.get();
    } finally {
      lines.unpersist();
      matches.unpersist();
    }
  }

  private static void report(String uri, long found, long images, long unknown) {
    if (found < images || unknown > 0) {
      LOG.warn(
          "{}: {} of {} images have a label and are scored; {} lines name no image of the run",
          uri,
          found,
          images,
          unknown);
    }
  }

  /**
   * One line.
   *
   * @param number of it in the file
   */
  private record Line(int number, String path, String label) implements Serializable {

    /** What the paths of its images end with, but for those that are called just so. */
    String end() {
      return end(path);
    }

    static String end(String path) {
      String bare = path.startsWith("./") ? path.substring(2) : path;
      return bare.startsWith("/") ? bare : "/" + bare;
    }
  }

  /** An image, by its row. */
  private record Image(long row, String path, int cluster) implements Serializable {}

  /** The images that some lines' end may mean: few, however many there are. */
  private static final class Candidates implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Called just so, with or without a slash before it. */
    private final List<Image> whole = new ArrayList<>();

    /** The first two whose paths end so, and how many do. */
    private final List<Image> first = new ArrayList<>();

    private long count;

    Candidates add(Image image, String end) {
      if (Line.end(image.path()).equals(end)) {
        whole.add(image);
      }
      if (image.path().endsWith(end)) {
        first.add(image);
        count++;
      }
      return cut();
    }

    Candidates merge(Candidates other) {
      whole.addAll(other.whole);
      first.addAll(other.first);
      count += other.count;
      return cut();
    }

    private Candidates cut() {
      first.sort(Comparator.comparingLong(Image::row));
      first.subList(Math.min(2, first.size()), first.size()).clear();
      return this;
    }
  }

  /** The candidates for every end that is as long as that of some line. */
  private static JavaPairRDD<String, Candidates> images(
      JavaSparkContext spark, Storage storage, Table assigned, JavaRDD<Line> lines) {
    Broadcast<Set<Long>> lengths =
        spark.broadcast(new HashSet<>(lines.map(line -> slashes(line.end())).distinct().collect()));
    return Assignments.parts(spark, storage, assigned)
        .flatMapToPair(part -> byEnds(part, lengths.value()))
        .mapToPair(pair -> new Tuple2<>(pair._1(), new Candidates().add(pair._2(), pair._1())))
        .reduceByKey(Candidates::merge);
  }

  private static Iterator<Tuple2<String, Image>> byEnds(PartOfTable part, Set<Long> lengths) {
    return IntStream.range(0, part.paths().size())
        .boxed()
        .flatMap(
            i -> {
              String path = part.paths().get(i);
              Image image = new Image(part.rows().firstRow() + i, path, part.rows().cluster()[i]);
              String all = "/" + path;
              List<Tuple2<String, Image>> ends = new ArrayList<>();
              long length = 0;
              for (int at = all.length() - 1; at >= 0; at--) {
                if (all.charAt(at) == '/' && lengths.contains(++length)) {
                  ends.add(new Tuple2<>(all.substring(at), image));
                }
              }
              return ends.stream();
            })
        .iterator();
  }

  private static long slashes(String path) {
    return path.chars().filter(c -> c == '/').count();
  }

  /**
   * What a line says of an image.
   *
   * @param number of the line
   * @param path what the line calls the image
   * @param row of the image
   * @param problem what is wrong with the line, if something is
   */
  private record Match(int number, String path, long row, String label, int cluster, String problem)
      implements Comparable<Match>, Serializable {
    static final long NO_IMAGE = -1;
    static final long SEVERAL = -2;

    @Override
    public int compareTo(Match other) {
      return Integer.compare(number, other.number);
    }
  }

  private static List<Match> matches(String uri, Tuple2<Iterable<Line>, Iterable<Candidates>> met) {
    List<Match> matches = new ArrayList<>();
    Iterator<Candidates> candidates = met._2().iterator();
    Candidates found = candidates.hasNext() ? candidates.next() : new Candidates();
    for (Line line : met._1()) {
      Optional<Image> image =
          found.whole.stream()
              .filter(whole -> whole.path().equals(line.path()))
              .findFirst()
              .or(() -> found.first.stream().filter(only -> found.count == 1).findFirst());
      String problem =
          image.isEmpty() && found.count > 1
              ? RootLocale.format(
                  "%s, line %d: \"%s\" fits %d images of the run, %s and %s among them; give more of the path.",
                  uri,
                  line.number(),
                  line.path(),
                  found.count,
                  found.first.get(0).path(),
                  found.first.get(1).path())
              : "";
      matches.add(
          new Match(
              line.number(),
              line.path(),
              image.map(Image::row).orElse(problem.isEmpty() ? Match.NO_IMAGE : Match.SEVERAL),
              line.label(),
              image.map(Image::cluster).orElse(-1),
              problem));
    }
    return matches;
  }

  private static List<Match> inOrder(Iterable<Match> ofImage) {
    List<Match> all = new ArrayList<>();
    ofImage.forEach(all::add);
    all.sort(Comparator.naturalOrder());
    return all;
  }

  /** Lines of one image that do not say what the line before says. */
  private static List<Match> contradictions(String uri, List<Match> ofImage) {
    return IntStream.range(1, ofImage.size())
        .filter(i -> !ofImage.get(i).label().equals(ofImage.get(i - 1).label()))
        .mapToObj(
            i -> {
              Match match = ofImage.get(i);
              return new Match(
                  match.number(),
                  match.path(),
                  match.row(),
                  match.label(),
                  match.cluster(),
                  RootLocale.format(
                      "%s, line %d: \"%s\" has the label \"%s\" here and \"%s\" on a line before; keep one.",
                      uri,
                      match.number(),
                      match.path(),
                      match.label(),
                      ofImage.get(i - 1).label()));
            })
        .toList();
  }

  /** The lines of a file, one after the other. */
  private static final class Lines implements Iterator<Line> {
    /** Characters within which the first line ends. */
    private static final int START = 1 << 16;

    private final String uri;
    private final CSVParser parser;
    private final Iterator<CSVRecord> records;
    private int path = 0;
    private int label = 1;
    private int fields = 2;
    private boolean first = true;
    private Optional<Line> next = Optional.empty();

    /**
     * Opens it until the task ends.
     *
     * @param uri what the user calls it
     */
    Lines(Storage storage, String file, String uri) {
      this.uri = uri;
      InputStream in = new BufferedInputStream(storage.open(file));
      TaskContext.get()
          .addTaskCompletionListener(
              (TaskCompletionListener)
                  task -> {
                    try {
                      in.close();
                    } catch (IOException e) {
                      throw StorageFailure.cannot("read", uri, e);
                    }
                  });
      try {
        Reader text = text(in);
        CSVFormat format =
            CSVFormat.RFC4180
                .builder()
                .setDelimiter(separator(text))
                .setIgnoreEmptyLines(true)
                .setLenientEof(true)
                .setTrailingData(true)
                .get();
        parser = CSVParser.parse(text, format);
        records = parser.iterator();
      } catch (IOException e) {
        throw unreadable(e);
      }
    }

    /** UTF-8, or UTF-16 with its mark, which spreadsheets call Unicode text. */
    private static Reader text(InputStream in) throws IOException {
      in.mark(2);
      int mark = (in.read() << 8) | in.read();
      in.reset();
      Charset charset =
          mark == 0xfffe || mark == 0xfeff ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8;
      Reader text = new BufferedReader(new InputStreamReader(in, charset.newDecoder()));
      text.mark(1);
      if (text.read() != '\uFEFF') {
        text.reset();
      }
      return text;
    }

    /** What the first line has most of, outside of quotes; a comma of equals. */
    private static char separator(Reader text) throws IOException {
      char[] start = new char[START];
      text.mark(START);
      int length = 0;
      for (int read = 0; read >= 0 && length < START; length += Math.max(0, read)) {
        read = text.read(start, length, START - length);
      }
      text.reset();
      String line =
          new String(start, 0, length)
              .stripLeading()
              .lines()
              .findFirst()
              .orElse("")
              .replaceAll("\"[^\"]*\"", "");
      char best = ',';
      for (char candidate : new char[] {';', '\t'}) {
        best = count(line, candidate) > count(line, best) ? candidate : best;
      }
      return best;
    }

    private static long count(String line, char wanted) {
      return line.chars().filter(c -> c == wanted).count();
    }

    private NomenException unreadable(IOException e) {
      return e instanceof CharacterCodingException
          ? NomenException.input(
              "%s is neither UTF-8 nor UTF-16; save the labels as UTF-8.".formatted(uri), e)
          : NomenException.input(
              "%s is not a table of path,label: %s.".formatted(uri, e.getMessage()), e);
    }

    @Override
    public boolean hasNext() {
      try {
        while (next.isEmpty() && records.hasNext()) {
          next = line(records.next());
        }
        return next.isPresent();
      } catch (UncheckedIOException e) {
        throw unreadable(e.getCause());
      }
    }

    @Override
    public Line next() {
      if (!hasNext()) {
        throw new NoSuchElementException(uri);
      }
      Line line = next.orElseThrow();
      next = Optional.empty();
      return line;
    }

    /** One record; empty for a heading, and where there is no label. */
    private Optional<Line> line(CSVRecord record) {
      int number = Math.toIntExact(parser.getCurrentLineNumber());
      List<String> names =
          record.stream().map(name -> name.strip().toLowerCase(Locale.ROOT)).toList();
      boolean heading = first && place(names, PATHS) >= 0 && place(names, LABELS) >= 0;
      first = false;
      if (heading) {
        path = place(names, PATHS);
        label = place(names, LABELS);
        fields = record.size();
      }
      if (heading || record.stream().allMatch(String::isBlank)) {
        return Optional.empty();
      }
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

    private static int place(List<String> names, Set<String> wanted) {
      return IntStream.range(0, names.size())
          .filter(i -> wanted.contains(names.get(i)))
          .findFirst()
          .orElse(-1);
    }
  }
}
