package io.nomen.run;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder that a job writes to.
 *
 * <p>Every table lives in a folder of the attempt that wrote it ({@code assignments/attempt=…/}),
 * and the small file {@code _CURRENT}, written last, says which attempts count: a reader sees the
 * last whole run or the one before it, never half of one. This is Iceberg's idea of a table in its
 * smallest form; nothing is renamed, so it holds on object stores.
 */
public final class RunFolder {
  private static final Logger LOG = LoggerFactory.getLogger(RunFolder.class);
  private static final String CURRENT = "_CURRENT";
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Storage storage;
  private final String uri;

  public RunFolder(Storage storage, String uri) {
    this.storage = storage;
    this.uri = storage.qualify(uri).replaceAll("/+$", "");
  }

  /**
   * What counts in a run folder.
   *
   * @param run id of the run that published it
   * @param tables name of each table → folder relative to the run's
   */
  public record Current(String run, String published, Map<String, String> tables) {}

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

  public Optional<Current> current() {
    String file = uri + "/" + CURRENT;
    return storage.exists(file)
        ? Json.readIfWhole(storage.readText(file), Current.class, file)
        : Optional.empty();
  }

  /** Whether there is a table {@code name} in the published run. */
  public boolean has(String name) {
    return current().map(c -> c.tables().containsKey(name)).orElse(false);
  }

  /** The table {@code name} of the published run. */
  public Table table(String name) {
    Current current =
        current()
            .orElseThrow(
                () ->
                    NomenException.input(
                        "%s holds no finished run (there is no %s in it); name the folder that --output gave."
                            .formatted(uri, CURRENT)));
    String folder = current.tables().get(name);
    if (folder == null) {
      throw NomenException.input(
          "The run in %s has no table \"%s\"; it has %s."
              .formatted(uri, name, new TreeSet<>(current.tables().keySet())));
    }
    return Table.open(storage, uri + "/" + folder);
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
    return storage.exists(file)
        ? Json.readIfWhole(storage.readText(file), StageAttempt.class, file)
        : Optional.empty();
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

  /**
   * Makes {@code current} what readers see, then deletes the attempts that nothing names any more.
   */
  public void publish(Current current) {
    storage.writeText(uri + "/" + CURRENT, Json.pretty(current));
    for (Map.Entry<String, String> table : current.tables().entrySet()) {
      for (Storage.Entry attempt : storage.list(uri + "/" + table.getKey())) {
        String relative = table.getKey() + "/" + attempt.name();
        if (attempt.folder() && !relative.equals(table.getValue())) {
          storage.delete(attempt.uri());
        }
      }
    }
  }

  private void save(StageAttempt attempt) {
    storage.writeText(stageFile(attempt.stage()), Json.pretty(attempt));
  }

  private String stageFile(String stage) {
    return uri + "/_stages/" + stage + ".json";
  }
}
