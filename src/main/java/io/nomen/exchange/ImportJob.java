package io.nomen.exchange;

import io.nomen.NomenException;
import io.nomen.Progress;
import io.nomen.RootLocale;
import io.nomen.encode.BadImages;
import io.nomen.run.EmbeddingTable;
import io.nomen.run.ImageRow;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.run.RunRecord;
import io.nomen.run.Table;
import io.nomen.run.TableColumn;
import io.nomen.run.TableWriter;
import io.nomen.store.Storage;
import io.nomen.tensor.UnitRows.UnitRow;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import scala.Tuple2;

/**
 * Ready embeddings become tables like those of {@code encode}. A row with NaN, infinite or only
 * zero coordinates is kept as a bad one, with the reason.
 */
public final class ImportJob {
  /** What the images table calls the format of rows that were never pictures. */
  public static final String FORMAT = "embedding";

  private static final int ROWS_PER_FILE = 16_384;

  private ImportJob() {}

  /** Rows that were read, and how many of them could be used. */
  public record Counts(long listed, long embedded, long bad) {}

  /** Reads the source of {@code options}, row after row, and publishes its tables. */
  public static Counts run(JobContext context, RunFolder folder, ImportOptions options) {
    folder.requireNothingBut(Set.of("images", "embeddings"));
    return folder.holding(
        () -> {
          try (EmbeddingRows rows = EmbeddingRows.open(context.storage(), options.source())) {
            return read(context, rows, options, folder);
          }
        });
  }

  private static Counts read(
      JobContext context, EmbeddingRows rows, ImportOptions options, RunFolder folder) {
    Storage storage = context.storage();
    if (rows.rows() == 0) {
      throw NomenException.input(
          "%s has no rows; give an array [n, d].".formatted(options.source().uri()));
    }
    String id = RunFolder.newId();
    Writer writer = new Writer(folder, id, rows.rows());
    try (RowNames names = RowNames.open(storage, options, rows.rows());
        Progress.Step step = context.progress().begin("import", rows.rows(), "rows")) {
      for (Optional<EmbeddingRows.Part> part = rows.next(); part.isPresent(); part = rows.next()) {
        writer.add(names.of(part.get()));
        step.done(writer.read);
      }
    }
    Counts counts = new Counts(rows.rows(), writer.embedded(), rows.rows() - writer.embedded());
    writer.commit(context);
    folder.publish(id, Map.of("images", id, "embeddings", id), Map.of(), Optional.empty());
    BadImages.check(
        new RunRecord.Counts(
            counts.listed(),
            counts.embedded(),
            counts.bad(),
            Map.of("ok", counts.embedded(), "corrupt", counts.bad())),
        List.of(),
        options.maxBadFraction());
    return counts;
  }

  private static final class Writer {
    private final RunFolder folder;
    private final String attempt;
    private final int digits;
    private final List<String> files = new ArrayList<>();
    private final List<Long> imageRows = new ArrayList<>();
    private final List<Long> embeddingRows = new ArrayList<>();
    private long read;
    private boolean named;

    Writer(RunFolder folder, String attempt, long rows) {
      this.folder = folder;
      this.attempt = attempt;
      // Wide enough that the order of paths is the order of rows.
      this.digits = Math.max(7, Long.toString(rows - 1).length());
    }

    void add(EmbeddingRows.Part part) {
      int rows = part.values().length / part.width();
      for (int from = 0; from < rows; from += ROWS_PER_FILE) {
        file(part, from, Math.min(rows, from + ROWS_PER_FILE));
      }
    }

    private void file(EmbeddingRows.Part part, int from, int to) {
      String file = RootLocale.format("part-%05d.parquet", files.size());
      try (TableWriter<ImageRow> images =
              new TableWriter<>(folder.storage(), uri("images", file), ImageRow.SCHEMA);
          TableWriter<EmbeddingTable.Row> embeddings =
              new TableWriter<>(folder.storage(), uri("embeddings", file), EmbeddingTable.SCHEMA)) {
        for (int row = from; row < to; row++) {
          row(part, row, images, embeddings);
        }
        files.add(file);
        imageRows.add(images.rows());
        embeddingRows.add(embeddings.rows());
      }
    }

    private String uri(String table, String file) {
      return folder.attemptFolder(table, attempt) + "/" + file;
    }

    private void row(
        EmbeddingRows.Part part,
        int place,
        TableWriter<ImageRow> images,
        TableWriter<EmbeddingTable.Row> embeddings) {
      Optional<String> name =
          part.paths().map(all -> all.get(place)).filter(path -> !path.isEmpty());
      named |= name.isPresent();
      String path = name.orElseGet(() -> RootLocale.format("row-%0" + digits + "d", read));
      UnitRow unit = UnitRow.of(part.values(), place * part.width(), part.width());
      unit.values().ifPresent(v -> embeddings.write(new EmbeddingTable.Row(path, v, unit.norm())));
      images.write(
          new ImageRow(
              path,
              unit.values().isPresent() ? ImageRow.OK : "corrupt",
              unit.problem(),
              Optional.of(FORMAT),
              Optional.empty(),
              Optional.empty(),
              (long) part.width() * Float.BYTES,
              0,
              Optional.empty(),
              part.labels().flatMap(all -> all.get(place))));
      read++;
    }

    long embedded() {
      return embeddingRows.stream().mapToLong(Long::longValue).sum();
    }

    void commit(JobContext context) {
      folder.commit("embeddings", attempt, files, embeddingRows);
      Table images = folder.commit("images", attempt, files, imageRows);
      if (named) {
        Storage storage = folder.storage();
        List<Repeated> repeated =
            images
                .onCluster(context.spark().get())
                .flatMapToPair(file -> paths(storage, file))
                .reduceByKey(Rows::merge)
                .filter(rows -> rows._2().second() < Long.MAX_VALUE)
                .map(rows -> new Repeated(rows._2().second(), rows._1()))
                .takeOrdered(1);
        if (!repeated.isEmpty()) {
          throw NomenException.input(
              "Row %d has the path \"%s\", which an earlier row has too; paths must differ."
                  .formatted(repeated.get(0).row(), repeated.get(0).path()));
        }
      }
    }

    private static Iterator<Tuple2<String, Rows>> paths(Storage storage, Table.TableFile file) {
      List<String> paths = new TableColumn(storage, file.uri(), "path").strings();
      return IntStream.range(0, paths.size())
          .mapToObj(i -> new Tuple2<>(paths.get(i), new Rows(file.firstRow() + i, Long.MAX_VALUE)))
          .iterator();
    }

    /** The first two rows of one path. */
    private record Rows(long first, long second) implements Serializable {
      Rows merge(Rows other) {
        long[] sorted = LongStream.of(first, second, other.first, other.second).sorted().toArray();
        return new Rows(sorted[0], sorted[1]);
      }
    }

    private record Repeated(long row, String path) implements Comparable<Repeated>, Serializable {
      @Override
      public int compareTo(Repeated other) {
        return Long.compare(row, other.row);
      }
    }
  }

  /**
   * What is imported.
   *
   * @param labels [n] integers in a {@code .npy} for {@code evaluate}, kept in the images table
   * @param paths a text with the path of each row, one a line, as {@code export} writes it; without
   *     it row i gets the path {@code row-000000i}, unless the source names its rows
   * @param maxBadFraction share of rows without direction above which the import fails, 0 to 1
   */
  public record ImportOptions(
      ImportSource source,
      Optional<String> labels,
      Optional<String> paths,
      double maxBadFraction) {}

  /** A file of embeddings that another program wrote. */
  public sealed interface ImportSource {
    String uri();

    /** NumPy's array [n, d]. */
    record Npy(String uri) implements ImportSource {}

    /**
     * A safetensors file.
     *
     * @param tensor the matrix [n, d]; may be left out where there is one, or one called {@code
     *     embeddings}
     */
    record Safetensors(String uri, Optional<String> tensor) implements ImportSource {}

    /**
     * A Parquet file, or a folder with several.
     *
     * @param embeddingColumn lists of float or double; may be left out where there is one such
     *     column
     * @param pathColumn what images are called; {@code path} where there is one
     */
    record Parquet(
        String uri,
        Optional<String> embeddingColumn,
        Optional<String> pathColumn,
        Optional<String> labelColumn)
        implements ImportSource {}
  }

  /**
   * What the user calls the rows, and says of their classes, in place of the source's own words.
   */
  private record RowNames(Optional<PathLines> paths, Optional<NpyReader> labels)
      implements AutoCloseable {

    static RowNames open(Storage storage, ImportOptions options, long rows) {
      options
          .paths()
          .ifPresent(
              uri -> {
                long lines = PathLines.count(storage, storage.qualify(uri));
                if (lines != rows) {
                  throw NomenException.input(
                      "%s has %d paths for %d rows; there must be one a line for every row."
                          .formatted(uri, lines, rows));
                }
              });
      Optional<NpyReader> labels = options.labels().map(uri -> labels(storage, uri, rows));
      return new RowNames(
          options.paths().map(uri -> new PathLines(storage, storage.qualify(uri))), labels);
    }

    private static NpyReader labels(Storage storage, String uri, long rows) {
      NpyReader reader = NpyReader.open(storage, storage.qualify(uri));
      if (reader.rows() != rows || reader.width() != 1) {
        reader.close();
        throw NomenException.input(
            "%s has %d × %d labels for %d rows; there must be one a row."
                .formatted(uri, reader.rows(), reader.width(), rows));
      }
      return reader;
    }

    /** The next rows. */
    EmbeddingRows.Part of(EmbeddingRows.Part part) {
      int rows = part.values().length / part.width();
      return new EmbeddingRows.Part(
          part.values(),
          part.width(),
          paths
              .map(lines -> IntStream.range(0, rows).mapToObj(row -> lines.next()).toList())
              .or(part::paths),
          labels
              .map(
                  reader ->
                      Arrays.stream(reader.ints(rows))
                          .mapToObj(label -> Optional.of(Integer.toString(label)))
                          .toList())
              .or(part::labels));
    }

    @Override
    public void close() {
      paths.ifPresent(PathLines::close);
      labels.ifPresent(NpyReader::close);
    }
  }
}
