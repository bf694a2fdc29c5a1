package io.nomen.encode;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.run.EmbeddingTable;
import io.nomen.run.ImageRow;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.run.RunFolder.StageAttempt;
import io.nomen.run.Table;
import io.nomen.run.TableColumn;
import io.nomen.run.TableSchema;
import io.nomen.run.TableWriter;
import io.nomen.spark.Placement;
import io.nomen.store.Storage;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * Embeddings of several folders, days for example, as one table: a list of their files, where they
 * are. An image that two of them hold counts as the later folder has it; the few files that hold
 * such rows are written again without them.
 */
final class JoinStage {
  private static final String NAME = "join";
  private static final int ROWS_PER_PARTITION = 100_000;

  private final JobContext context;
  private final RunFolder folder;
  private final List<EmbeddingSource> sources;

  /** File {@code number} of a table of all sources, one of the source with this number. */
  private record Part(int number, int source, String uri, long rows) implements Serializable {}

  private record Kept(String file, long rows) implements Serializable {}

  /**
   * Joins into {@code folder}.
   *
   * @param sources the later ones last
   * @throws NomenException (usage) when they are known to be of several models
   */
  JoinStage(JobContext context, RunFolder folder, List<EmbeddingSource> sources) {
    this.context = context;
    this.folder = folder;
    this.sources = sources;
    Map<String, EmbeddingSource> models = new LinkedHashMap<>();
    Map<String, EmbeddingSource> seconds = new LinkedHashMap<>();
    Map<Integer, EmbeddingSource> widths = new LinkedHashMap<>();
    for (EmbeddingSource source : sources) {
      source.model().ifPresent(digest -> models.putIfAbsent(digest, source));
      source.secondModel().ifPresent(digest -> seconds.putIfAbsent(digest, source));
      widths.putIfAbsent(EmbeddingTable.width(context.storage(), source.embeddings()), source);
    }
    refuseSeveral(models.values());
    refuseSeveral(seconds.values());
    refuseSeveral(widths.values());
  }

  private static void refuseSeveral(Iterable<EmbeddingSource> different) {
    List<String> folders = new ArrayList<>();
    different.forEach(source -> folders.add(source.embeddings().folder()));
    if (folders.size() > 1) {
      throw NomenException.usage(
          "The embeddings in %s were made with different models; join those of one model."
              .formatted(String.join(" and ", folders)));
    }
  }

  /**
   * The folders that {@code named} means, each once, those of a glob in the order of their names
   * and without {@code output} itself.
   *
   * @throws NomenException (input) when a glob matches nothing
   */
  static List<String> folders(RunFolder output, List<String> named) {
    Storage storage = output.storage();
    Set<String> folders = new LinkedHashSet<>();
    for (String name : named) {
      String uri = storage.qualify(name).replaceAll("/+$", "");
      if (Storage.isGlob(uri)) {
        folders.addAll(matches(output, uri));
      } else {
        folders.add(uri);
      }
    }
    return List.copyOf(folders);
  }

  private static List<String> matches(RunFolder output, String glob) {
    List<String> folders =
        output.storage().folders(glob).stream().filter(uri -> !uri.equals(output.uri())).toList();
    if (folders.isEmpty()) {
      throw NomenException.input(
          "No folder matches %s; give folders of encode or import.".formatted(glob));
    }
    return folders;
  }

  /** Makes the two tables of {@code folder}, unless they were made of the same before. */
  StageAttempt run() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("sources", String.join(" ", sources.stream().map(EmbeddingSource::id).toList()));
    StageAttempt attempt = folder.begin(NAME, settings, true);
    if (attempt.done()) {
      return attempt;
    }
    JavaPairRDD<String, Integer> later = later().persist(StorageLevel.MEMORY_AND_DISK());
    long several = later.count();
    long images = join(attempt, "images", EmbeddingSource::images, later, several);
    join(attempt, "embeddings", EmbeddingSource::embeddings, later, several);
    later.unpersist();
    context
        .progress()
        .say(
            RootLocale.format("join: %,d images of %,d folders", images, sources.size())
                + (several == 0
                    ? ""
                    : RootLocale.format(
                        "; %,d of them in several, and as the last of these has them", several)));
    return folder.finish(attempt, Map.of("images_in_several_folders", several));
  }

  private List<Part> parts(Function<EmbeddingSource, Table> table) {
    List<Part> parts = new ArrayList<>();
    for (int source = 0; source < sources.size(); source++) {
      Table files = table.apply(sources.get(source));
      for (int file = 0; file < files.files().size(); file++) {
        parts.add(new Part(parts.size(), source, files.uris().get(file), files.rows().get(file)));
      }
    }
    return parts;
  }

  /** The paths that several sources hold, and the last source that does. */
  private JavaPairRDD<String, Integer> later() {
    List<Part> parts = parts(EmbeddingSource::images);
    int[] sources = sources(parts);
    return paths(parts)
        .mapValues(part -> new int[] {sources[part], sources[part]})
        .reduceByKey(
            (a, b) -> new int[] {Math.min(a[0], b[0]), Math.max(a[1], b[1])}, partitions(parts))
        .filter(path -> path._2()[0] < path._2()[1])
        .mapValues(range -> range[1]);
  }

  /** By part. */
  private static int[] sources(List<Part> parts) {
    return parts.stream().mapToInt(Part::source).toArray();
  }

  /** Files are many and small: by as many partitions, a shuffle would be their square. */
  private int partitions(List<Part> parts) {
    long rows = parts.stream().mapToLong(Part::rows).sum();
    int least = context.spark().get().defaultParallelism();
    return (int) Math.min(Math.max(1, parts.size()), least + rows / ROWS_PER_PARTITION);
  }

  /** Every path, with the number of the part that holds it. */
  private JavaPairRDD<String, Integer> paths(List<Part> parts) {
    Storage storage = context.storage();
    return Placement.near(context.spark().get(), parts, part -> storage.hosts(part.uri()))
        .coalesce(partitions(parts))
        .flatMapToPair(
            part ->
                new TableColumn(storage, part.uri(), "path")
                    .strings().stream().map(path -> new Tuple2<>(path, part.number())).iterator());
  }

  private long join(
      StageAttempt attempt,
      String name,
      Function<EmbeddingSource, Table> table,
      JavaPairRDD<String, Integer> later,
      long several) {
    List<Part> parts = parts(table);
    List<Kept> kept =
        new ArrayList<>(parts.stream().map(part -> new Kept(part.uri(), part.rows())).toList());
    if (several > 0) {
      Storage storage = context.storage();
      String target = folder.attemptFolder(name, attempt.attempt());
      int[] sources = sources(parts);
      Broadcast<List<Part>> all = context.spark().get().broadcast(new ArrayList<>(parts));
      paths(parts)
          .join(later, partitions(parts))
          .filter(found -> sources[found._2()._1()] < found._2()._2())
          .mapToPair(found -> new Tuple2<>(found._2()._1(), found._1()))
          .groupByKey()
          .mapToPair(
              part ->
                  new Tuple2<>(
                      part._1(),
                      keep(all.value().get(part._1()), storage, target, name, part._2())))
          .collect()
          .forEach(part -> kept.set(part._1(), part._2()));
      all.destroy();
    }
    List<Kept> filled = kept.stream().filter(file -> file.rows() > 0).toList();
    folder.commit(
        name,
        attempt.attempt(),
        filled.stream().map(Kept::file).toList(),
        filled.stream().map(Kept::rows).toList());
    return filled.stream().mapToLong(Kept::rows).sum();
  }

  /** A part again without {@code paths}, which later sources have. */
  private static Kept keep(
      Part part, Storage storage, String target, String table, Iterable<String> paths) {
    Set<String> dropped = new HashSet<>();
    paths.forEach(dropped::add);
    Predicate<String> counts = path -> !dropped.contains(path);
    String file = Table.newFile("part", part.source());
    String from = part.uri();
    String to = target + "/" + file;
    if (table.equals("images")) {
      return new Kept(
          file, copy(storage, from, to, ImageRow.SCHEMA, row -> counts.test(row.path())));
    }
    long rows =
        EmbeddingTable.hasSecond(storage, from)
            ? copy(storage, from, to, EmbeddingTable.SCHEMA_OF_TWO, row -> counts.test(row.path()))
            : copy(storage, from, to, EmbeddingTable.SCHEMA, row -> counts.test(row.path()));
    return new Kept(file, rows);
  }

  private static <R extends Record> long copy(
      Storage storage, String from, String to, TableSchema<R> schema, Predicate<R> counts) {
    try (TableWriter<R> writer = new TableWriter<>(storage, to, schema)) {
      for (R row : schema.read(storage, from)) {
        if (counts.test(row)) {
          writer.write(row);
        }
      }
      return writer.rows();
    }
  }
}
