package io.nomen.run;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import java.io.Serializable;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaRDD;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder that a job writes to.
 *
 * <p>Every table lives in a folder of the attempt that wrote it ({@code assignments/attempt=…/}),
 * and the small file {@code _CURRENT}, written last, says which attempts count: a reader sees the
 * last whole run or the one before it, never half of one. This is Iceberg's idea of a table in its
 * smallest form; no table is renamed, so it holds on object stores.
 *
 * <p>Only who holds the folder's {@link Lease} publishes, and only on what was there when it was
 * taken; only publishing deletes. What was published stays until the next run but one is.
 */
public final class RunFolder {
  /** When a stopped process gives its folder back, in Hadoop's order: the highest first. */
  public static final int HOOK_PRIORITY = 100;

  private static final Logger LOG = LoggerFactory.getLogger(RunFolder.class);
  private static final String CURRENT = "_CURRENT";
  private static final String STAGES = "/_stages";
  private static final String RECORD = "run.json";
  private static final String FILE = "part-00000.parquet";

  /** Folders that a run may have, each written by it and swept by the next. */
  public static final Set<String> PARTS =
      Set.of(
          "images",
          "embeddings",
          "nouns",
          "semantic_centres",
          "selected_nouns",
          "counterparts",
          "assignments",
          "clusters",
          "layers",
          "layer_assignments",
          "heads",
          "record",
          "gallery",
          "_stages");

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** In place of a stage whose file was cut short. */
  private static final StageAttempt NONE = new StageAttempt("", "none", Map.of(), true, Map.of());

  private final Storage storage;
  private final String uri;
  private Optional<Lease> lease = Optional.empty();

  public RunFolder(Storage storage, String uri) {
    this.storage = storage;
    this.uri = storage.qualify(uri).replaceAll("/+$", "");
  }

  /**
   * A stage's own attempt at its tables.
   *
   * @param settings everything that decides what the stage writes
   * @param done whether its tables are whole
   * @param facts what the stage had to say of its work, kept for a run that takes it over
   */
  public record StageAttempt(
      String stage,
      String attempt,
      Map<String, String> settings,
      boolean done,
      Map<String, Object> facts) {

    /** In order of their names, as the file has them: what is made of them must not change. */
    public StageAttempt {
      settings = new TreeMap<>(settings);
    }
  }

  public String uri() {
    return uri;
  }

  public Storage storage() {
    return storage;
  }

  /** A name for a new run or attempt: its time, and four digits against two in one second. */
  public static String newId() {
    return STAMP.format(Instant.now())
        + "-"
        + RootLocale.format("%04x", ThreadLocalRandom.current().nextInt(1 << 16));
  }

  /** The published run; nothing where none was published yet. */
  public Optional<Snapshot> current() {
    String file = uri + "/" + CURRENT;
    return storage
        .readTextIfThere(file)
        .flatMap(text -> Json.readIfWhole(text, Snapshot.Contents.class, file))
        .map(contents -> new Snapshot(storage, uri, contents));
  }

  /** The published run; a folder without one is an input error. */
  public Snapshot snapshot() {
    return current()
        .orElseThrow(
            () ->
                NomenException.input(
                    "%s holds no finished run (there is no %s in it); name the folder that --output gave."
                        .formatted(uri, CURRENT)));
  }

  /**
   * Refuses to write where publishing would unlist what another command has left.
   *
   * @param tables those that this command writes
   */
  public void requireNothingBut(Set<String> tables) {
    Set<String> others =
        new TreeSet<>(current().map(c -> c.contents().tables().keySet()).orElse(Set.of()));
    others.removeAll(tables);
    if (!others.isEmpty()) {
      throw NomenException.usage(
          "--output %s holds a run with the tables %s, which would be lost; give another folder."
              .formatted(uri, others));
    }
  }

  /** Refuses a folder that is read and would be written over. */
  public void requireOtherThan(String option, String read) {
    if (storage.qualify(read).replaceAll("/+$", "").equals(uri)) {
      throw NomenException.usage(
          "--output is the folder of %s itself, %s, which would be replaced; give another one."
              .formatted(option, uri));
    }
  }

  /** Whether there is a published run in {@code folder} that has the table {@code name}. */
  public static boolean holds(Storage storage, String folder, String name) {
    // HDFS refuses to look for anything below a file.
    return storage.isFolder(folder)
        && new RunFolder(storage, folder).current().filter(run -> run.has(name)).isPresent();
  }

  /** Folder of {@code attempt}'s part of table {@code name}. */
  public String attemptFolder(String name, String attempt) {
    return uri + "/" + relative(name, attempt);
  }

  /** The table {@code name} as {@code attempt} committed it. */
  public Table table(String name, StageAttempt attempt) {
    return Table.open(storage, attemptFolder(name, attempt.attempt()));
  }

  public static String relative(String name, String attempt) {
    return name + "/attempt=" + attempt;
  }

  /** The folder that {@code table} was written into. */
  public static RunFolder of(Storage storage, Table table) {
    return new RunFolder(storage, table.folder().replaceFirst("/[^/]+/attempt=[^/]+$", ""));
  }

  /** Makes a table of {@code attempt} whole, of files that are. */
  public Table commit(String name, String attempt, List<String> files, List<Long> rows) {
    lease.ifPresent(Lease::requireHeld);
    Table table = new Table(name, attemptFolder(name, attempt), files, rows);
    table.commit(storage);
    return table;
  }

  /** Writes a small table of {@code attempt} in one file, and makes it whole. */
  public <R extends Record> Table write(
      TableSchema<R> schema, String attempt, Iterable<? extends R> rows) {
    String target = attemptFolder(schema.name(), attempt);
    Part part = write(storage, target, FILE, schema, rows.iterator());
    return commit(schema.name(), attempt, List.of(part.file()), List.of(part.rows()));
  }

  /** A file that a task wrote. */
  private record Part(String file, long rows) implements Serializable {}

  /** Writes a table of {@code attempt} on executors, a file per partition, and makes it whole. */
  public <R extends Record> Table write(
      TableSchema<R> schema, String attempt, JavaRDD<? extends R> rows) {
    Storage files = storage;
    String target = attemptFolder(schema.name(), attempt);
    List<Part> parts =
        rows.mapPartitionsWithIndex(
                (number, part) ->
                    List.of(write(files, target, Table.newFile("part", number), schema, part))
                        .iterator(),
                true)
            .collect();
    return commit(
        schema.name(),
        attempt,
        parts.stream().map(Part::file).toList(),
        parts.stream().map(Part::rows).toList());
  }

  private static <R extends Record> Part write(
      Storage storage,
      String folder,
      String file,
      TableSchema<R> schema,
      Iterator<? extends R> rows) {
    try (TableWriter<R> writer = new TableWriter<>(storage, folder + "/" + file, schema)) {
      rows.forEachRemaining(writer::write);
      return new Part(file, writer.rows());
    }
  }

  /**
   * Where {@code stage} goes on: its earlier attempt when it was made with the same settings, a new
   * one otherwise.
   *
   * @param resume false to begin anew whatever is there
   */
  public StageAttempt begin(String stage, Map<String, String> settings, boolean resume) {
    Optional<StageAttempt> earlier = stage(stage);
    if (earlier.isPresent() && resume) {
      String changes = changes(earlier.get().settings(), settings);
      if (changes.isEmpty()) {
        return earlier.get();
      }
      LOG.info("Stage {} begins anew: {}.", stage, changes);
    }
    StageAttempt attempt = new StageAttempt(stage, newId(), settings, false, Map.of());
    save(attempt);
    return attempt;
  }

  /** Marks {@code attempt} as whole. */
  public StageAttempt finish(StageAttempt attempt, Map<String, Object> facts) {
    StageAttempt done =
        new StageAttempt(attempt.stage(), attempt.attempt(), attempt.settings(), true, facts);
    save(done);
    return done;
  }

  /** What an earlier command left of {@code stage}. */
  public Optional<StageAttempt> stage(String stage) {
    String file = stageFile(stage);
    return storage
        .readTextIfThere(file)
        .flatMap(text -> Json.readIfWhole(text, StageAttempt.class, file));
  }

  /** Says in words what differs between two settings; empty when nothing does. */
  public static String changes(Map<String, String> before, Map<String, String> now) {
    TreeSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(now.keySet());
    return names.stream()
        .filter(name -> !Objects.equals(before.get(name), now.get(name)))
        .map(
            name ->
                "%s was %s and is %s"
                    .formatted(
                        name, before.getOrDefault(name, "unset"), now.getOrDefault(name, "unset")))
        .collect(Collectors.joining(", "));
  }

  /** Does {@code work} while holding the lease of this folder; gives it back however that ends. */
  public <T> T holding(Supplier<T> work) {
    return Lease.holding(
        this,
        taken -> {
          lease = Optional.of(taken);
          try {
            return work.get();
          } finally {
            lease = Optional.empty();
          }
        });
  }

  /**
   * Makes a run what readers see, then deletes what neither it nor the run before it names.
   *
   * @param run its id
   * @param attempts name of each of its tables → the attempt that wrote it
   * @param sources tables of another folder that it was made from: name → URI of the attempt
   * @param record what was run; nothing where only embeddings or nouns were made
   * @throws NomenException of kind {@code LOCKED} when the folder is another job's by now; nothing
   *     is published and nothing deleted then
   */
  public Snapshot publish(
      String run,
      Map<String, String> attempts,
      Map<String, String> sources,
      Optional<RunRecord> record) {
    Map<String, String> tables = new TreeMap<>();
    attempts.forEach((name, attempt) -> tables.put(name, relative(name, attempt)));
    if (!PARTS.containsAll(tables.keySet())) {
      throw new IllegalStateException("a later run would not sweep all of " + tables.keySet());
    }
    Optional<Snapshot> before = current();
    record.ifPresent(r -> storage.writeText(uri + "/" + recordFile(run), Json.pretty(r)));
    Snapshot.Contents contents =
        new Snapshot.Contents(
            run, Instant.now().toString(), tables, sources, record.map(r -> recordFile(run)));
    lease
        .orElseThrow(() -> new IllegalStateException("only who holds the lease publishes"))
        .requireHeldOver(before.map(Snapshot::run));
    if (before.filter(b -> b.run().equals(run) && b.contents().tables().equals(tables)).isEmpty()) {
      // Before anybody reads them: what comes after is not done again where a driver dies.
      tables.keySet().forEach(name -> table(contents, name).deleteLeftovers(storage));
      storage.writeText(uri + "/" + CURRENT, Json.pretty(contents));
      lease.get().published(run);
      sweep(contents, before.map(Snapshot::contents));
    }
    record.ifPresentOrElse(this::show, () -> storage.delete(uri + "/" + RECORD));
    return new Snapshot(storage, uri, contents);
  }

  /**
   * The published run where it is {@code attempt}'s: such a stage is done, whatever came after. One
   * without a record is of an earlier version, and made anew.
   */
  public Optional<Snapshot> published(StageAttempt attempt) {
    return current().filter(run -> run.run().equals(attempt.attempt()) && run.record().isPresent());
  }

  /**
   * {@code attempt}, or a new one in its place where it was published once: that one is readers'.
   */
  public StageAttempt unpublished(StageAttempt attempt) {
    return attempt.done() ? begin(attempt.stage(), attempt.settings(), false) : attempt;
  }

  /**
   * Writes {@code record} where people look for it, where it may also tell how long the pages took;
   * readers take the {@link Snapshot}'s own, which never changes.
   */
  public void show(RunRecord record) {
    storage.writeText(uri + "/" + RECORD, Json.pretty(record));
  }

  /** Shows the record of {@code run} unless it is shown: a job may have died before that. */
  public RunRecord show(Snapshot run) {
    RunRecord record = run.requireRecord();
    String shown = uri + "/" + RECORD;
    boolean there =
        storage
            .readTextIfThere(shown)
            .flatMap(text -> Json.readIfWhole(text, RunRecord.class, shown))
            .filter(r -> r.run().equals(run.run()))
            .isPresent();
    if (!there) {
      show(record);
    }
    return record;
  }

  private static String recordFile(String run) {
    return relative("record", run) + "/" + RECORD;
  }

  private void sweep(Snapshot.Contents now, Optional<Snapshot.Contents> before) {
    Set<String> kept = new HashSet<>();
    for (Snapshot.Contents contents : before.map(b -> List.of(now, b)).orElse(List.of(now))) {
      kept.addAll(contents.tables().values());
      contents.record().ifPresent(file -> kept.add(file.replaceFirst("/[^/]*$", "")));
    }
    Set<String> unfinished = sweepStages(kept);
    for (Storage.Entry table : storage.list(uri)) {
      if (table.folder() && PARTS.contains(table.name())) {
        sweepTable(table, kept, unfinished);
      }
    }
    storage.delete(uri + "/evaluation.json");
  }

  private Table table(Snapshot.Contents contents, String name) {
    return Table.open(storage, uri + "/" + contents.tables().get(name));
  }

  private void sweepTable(Storage.Entry table, Set<String> kept, Set<String> unfinished) {
    for (Storage.Entry attempt : storage.list(table.uri())) {
      String id = attempt.name().replaceFirst("^attempt=", "");
      boolean named = kept.contains(table.name() + "/" + attempt.name()) || unfinished.contains(id);
      if (attempt.folder() && !id.equals(attempt.name()) && !named) {
        storage.delete(attempt.uri());
      }
    }
  }

  /**
   * Forgets the stages whose tables go.
   *
   * @return the attempts that a later command may go on from
   */
  private Set<String> sweepStages(Set<String> kept) {
    Set<String> unfinished = new HashSet<>();
    Set<String> known = new HashSet<>();
    List<Storage.Entry> entries = storage.list(uri + STAGES);
    for (Storage.Entry entry : entries) {
      if (!entry.folder() && entry.name().endsWith(".json")) {
        StageAttempt stage = stage(entry.name().replaceFirst("[.]json$", "")).orElse(NONE);
        if (!stage.done()) {
          unfinished.add(stage.attempt());
        } else if (kept.stream().noneMatch(f -> f.endsWith("/attempt=" + stage.attempt()))) {
          storage.delete(entry.uri());
          continue;
        }
        known.add(stage.attempt());
      }
    }
    for (Storage.Entry entry : entries) {
      if (entry.folder() && known.stream().noneMatch(id -> entry.name().endsWith(id))) {
        storage.delete(entry.uri());
      }
    }
    return unfinished;
  }

  private void save(StageAttempt attempt) {
    lease.ifPresent(Lease::requireHeld);
    storage.writeText(stageFile(attempt.stage()), Json.pretty(attempt));
  }

  private String stageFile(String stage) {
    return uri + STAGES + "/" + stage + ".json";
  }
}
