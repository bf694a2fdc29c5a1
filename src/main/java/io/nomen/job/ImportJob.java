package io.nomen.job;

import io.nomen.NomenException;
import io.nomen.store.Lease;
import io.nomen.store.NpyReader;
import io.nomen.store.RunFolder;
import io.nomen.store.RunFolder.Current;
import io.nomen.store.Storage;
import io.nomen.store.Table;
import io.nomen.store.TableWriter;
import io.nomen.store.Tables;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Ready embeddings become tables like those of {@code encode}. A row with NaN, infinite or only
 * zero coordinates is kept as a bad one, with the reason.
 */
public final class ImportJob {
  /** What the images table calls the format of rows that were never pictures. */
  static final String FORMAT = "embedding";

  private static final int ROWS_PER_FILE = 16_384;

  private ImportJob() {}

  /** Rows that were read, and how many of them could be used. */
  public record Counts(long listed, long embedded, long bad) {}

  /**
   * Reads {@code npy}, [n, d] of any float type; row i gets the path {@code row-000000i}.
   *
   * @param labels [n] integers for {@code evaluate}, kept in the images table
   */
  public static Counts npy(
      JobContext context, String npy, Optional<String> labels, RunFolder folder, double maxBad) {
    return Lease.holding(
        folder,
        () -> {
          Storage storage = context.storage();
          try (NpyReader reader = NpyReader.open(storage, storage.qualify(npy))) {
            return read(context, reader, npy, labels, folder, maxBad);
          }
        });
  }

  private static Counts read(
      JobContext context,
      NpyReader reader,
      String npy,
      Optional<String> labels,
      RunFolder folder,
      double maxBad) {
    if (reader.rows() == 0) {
      throw NomenException.input("%s has no rows; give an array [n, d].".formatted(npy));
    }
    Optional<int[]> labelled = labels.map(uri -> labels(context.storage(), uri, reader.rows()));
    String id = RunFolder.newId();
    Writer writer = new Writer(folder, id, reader.rows(), labelled);
    try (Progress.Step step = context.progress().begin("import", reader.rows(), "rows")) {
      while (writer.read < reader.rows()) {
        writer.file(reader.next(ROWS_PER_FILE), reader.width());
        step.done(writer.read);
      }
    }
    Counts counts = new Counts(reader.rows(), writer.embedded(), reader.rows() - writer.embedded());
    writer.commit();
    folder.publish(
        new Current(
            id,
            Instant.now().toString(),
            Map.of(
                "images", RunFolder.relative("images", id),
                "embeddings", RunFolder.relative("embeddings", id))));
    BadImages.check(counts.listed(), counts.bad(), maxBad);
    return counts;
  }

  private static int[] labels(Storage storage, String uri, long rows) {
    try (NpyReader reader = NpyReader.open(storage, storage.qualify(uri))) {
      if (reader.rows() != rows) {
        throw NomenException.input(
            "%s has %d labels for %d rows; there must be one a row."
                .formatted(uri, reader.rows(), rows));
      }
      return reader.ints();
    }
  }

  private static final class Writer {
    private final RunFolder folder;
    private final String attempt;
    private final int digits;
    private final Optional<int[]> labels;
    private final List<String> files = new ArrayList<>();
    private final List<Long> imageRows = new ArrayList<>();
    private final List<Long> embeddingRows = new ArrayList<>();
    private long read;

    Writer(RunFolder folder, String attempt, long rows, Optional<int[]> labels) {
      this.folder = folder;
      this.attempt = attempt;
      // Wide enough that the order of paths is the order of rows.
      this.digits = Math.max(7, Long.toString(rows - 1).length());
      this.labels = labels;
    }

    void file(float[] values, int width) {
      String file = "part-%05d.parquet".formatted(files.size());
      try (TableWriter images = table("images", file);
          TableWriter embeddings = table("embeddings", file)) {
        for (int start = 0; start < values.length; start += width) {
          row(values, start, width, images, embeddings);
        }
        files.add(file);
        imageRows.add(images.rows());
        embeddingRows.add(embeddings.rows());
      }
    }

    private TableWriter table(String name, String file) {
      return new TableWriter(
          folder.storage(),
          folder.attemptFolder(name, attempt) + "/" + file,
          name.equals("images") ? Tables.IMAGES : Tables.EMBEDDINGS);
    }

    private void row(
        float[] values, int start, int width, TableWriter images, TableWriter embeddings) {
      String path = String.format(java.util.Locale.ROOT, "row-%0" + digits + "d", read);
      UnitRow unit = UnitRow.of(values, start, width);
      unit.values().ifPresent(v -> embeddings.write(path, v, unit.norm()));
      Optional<String> label = labels.map(all -> Integer.toString(all[Math.toIntExact(read)]));
      images.write(
          path,
          unit.values().isPresent() ? "ok" : "corrupt",
          unit.problem(),
          Optional.of(FORMAT),
          Optional.empty(),
          Optional.empty(),
          (long) width * Float.BYTES,
          0L,
          Optional.empty(),
          label);
      read++;
    }

    long embedded() {
      return embeddingRows.stream().mapToLong(Long::longValue).sum();
    }

    void commit() {
      Map<String, List<Long>> tables = new LinkedHashMap<>();
      tables.put("images", imageRows);
      tables.put("embeddings", embeddingRows);
      tables.forEach(
          (name, rows) ->
              new Table(name, folder.attemptFolder(name, attempt), files, rows)
                  .commit(folder.storage()));
    }
  }
}
