package io.nomen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nomen.run.RunFolder;
import io.nomen.run.Snapshot;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import io.nomen.tensor.Matrix;
import io.nomen.testing.Command;
import io.nomen.testing.FailingFiles;
import io.nomen.testing.Photos;
import io.nomen.testing.RandomRows;
import io.nomen.testing.RunTables;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job dies, or finds no room left, at each change that it makes to its output; the same command
 * again must end with the tables, the pages and the record of a job that met with nothing.
 */
class KilledAnywhereTest {
  private static final Storage STORAGE = new Storage(new Configuration());
  private static final int WIDTH = 16;

  @TempDir static Path folder;

  @BeforeAll
  static void embeddings() throws Exception {
    System.setProperty(FailingFiles.SETTING, FailingFiles.class.getName());
    Matrix places = RandomRows.anywhere(3, WIDTH, 1);
    Path npy = Command.npy(folder.resolve("rows.npy"), RandomRows.around(24, places, 0.1, 2));
    Command.done("import", "--npy", npy, "--output", folder.resolve("embeddings"));
    List<Path> photos = Photos.of(2, 4);
    Photos.copy(photos.subList(0, 4), folder.resolve("input/photos"));
    try (OutputStream shard = Files.newOutputStream(folder.resolve("input/shard.tar"))) {
      Photos.tar(photos.subList(4, 8), shard);
    }
  }

  @AfterAll
  static void forget() {
    System.clearProperty(FailingFiles.SETTING);
  }

  @AfterEach
  void live() {
    FailingFiles.play(change -> 1);
  }

  /** A place in a job: the n-th change of a kind, and how much of that change is still made. */
  private record Moment(String kind, int number, double share) {}

  /** What happens to a job at its moment. */
  private enum Fate {
    DEATH,
    NO_ROOM
  }

  /** Lets a job meet with its fate, and writes down what it did. */
  private static final class Play implements FailingFiles.Script {
    private final Path output;
    private final Optional<Moment> moment;
    private final Map<String, Integer> seen = new LinkedHashMap<>();
    private final Fate fate;
    private final Consumer<Path> beforeTablesCount;
    private boolean struck;

    Play(Path output, Optional<Moment> moment, Fate fate, Consumer<Path> beforeTablesCount) {
      this.output = output;
      this.moment = moment;
      this.fate = fate;
      this.beforeTablesCount = beforeTablesCount;
    }

    @Override
    public synchronized double happens(FailingFiles.Change change) {
      if (struck) {
        return fate == Fate.NO_ROOM && change.deletion() ? 1 : 0;
      }
      String kind = kind(change);
      if (kind.equals("write images/attempt=ID/_files.json")) {
        beforeTablesCount.accept(output);
      }
      int number = seen.merge(kind, 1, Integer::sum);
      struck = moment.filter(m -> m.kind().equals(kind) && m.number() == number).isPresent();
      return struck ? moment.get().share() : 1;
    }

    /** Without the numbers that differ from run to run; all pages of the gallery are one kind. */
    private String kind(FailingFiles.Change change) {
      String path = output.relativize(change.path()).toString();
      return (change.deletion() ? "delete " : "write ")
          + path.replaceAll("\\d{8}T\\d{6}-\\w{4}", "ID")
              .replaceAll("-\\w+[.]parquet", ".parquet")
              .replaceAll("^gallery/.*", "gallery");
    }

    @Override
    public String reason() {
      return fate == Fate.DEATH ? "the process is dead" : "No space left on device";
    }

    @Override
    public synchronized boolean readable() {
      return !struck || fate == Fate.NO_ROOM;
    }

    synchronized boolean struck() {
      return struck;
    }

    /** Every moment at which a job may die that makes the changes seen here. */
    List<Moment> moments() {
      List<Moment> moments = new ArrayList<>();
      seen.forEach(
          (kind, times) -> {
            for (int number = 1; number <= (kind.endsWith("gallery") ? 1 : times); number++) {
              // Half of a file that was not there before is the harder half of its moments.
              boolean old =
                  kind.matches("delete .*|write (_stages/\\w+[.]json|_CURRENT|run[.]json)");
              if (old) {
                moments.add(new Moment(kind, number, 0));
              }
              if (kind.startsWith("write")) {
                moments.add(new Moment(kind, number, 0.5));
              }
            }
          });
      return moments;
    }
  }

  private static Command run(Path output, List<Object> words) {
    List<Object> all = new ArrayList<>(words);
    Collections.addAll(all, "--output", FailingFiles.uri(output));
    return Command.run(all.toArray());
  }

  /** Runs {@code words} in a copy of {@code before} for every moment, with a death and again. */
  private static void dieEverywhere(
      Path before, List<Object> words, Consumer<Path> beforeTablesCount) throws IOException {
    Path whole = copy(before, "whole");
    Play none = new Play(whole, Optional.empty(), Fate.DEATH, beforeTablesCount);
    FailingFiles.play(none);
    assertThat(run(whole, words).exitCode()).isZero();
    assertThat(none.moments()).hasSizeGreaterThan(10);
    for (Moment moment : none.moments()) {
      Path output = copy(before, "killed");
      Play death = new Play(output, Optional.of(moment), Fate.DEATH, beforeTablesCount);
      FailingFiles.play(death);
      run(output, words);
      assertThat(death.struck()).as(moment + " was reached").isTrue();
      FailingFiles.play(change -> 1);
      // A dead process holds no lease; this one lives.
      Files.deleteIfExists(output.resolve("_LEASE"));
      Command again = run(output, words);
      assertThat(again.exitCode()).as(moment + "\n" + again.err()).isZero();
      assertThat(told(output)).as(moment.toString()).isEqualTo(told(whole));
    }
  }

  private static Map<String, Object> told(Path output) throws IOException {
    Snapshot current = new RunFolder(STORAGE, output.toString()).snapshot();
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("tables", RunTables.digests(STORAGE, output.toString()));
    Path record = output.resolve("run.json");
    if (Files.exists(record)) {
      JsonNode run = Json.read(Files.readString(record), JsonNode.class, "run.json");
      told.put("the record is the run's", run.get("run").asText().equals(current.run()));
      told.put("clusters", current.requireRecord().clusters());
    }
    try (Stream<Path> files = Files.walk(output)) {
      Set<String> names = new TreeSet<>();
      files
          .filter(file -> file.startsWith(output.resolve("gallery")))
          .forEach(file -> names.add(output.relativize(file).toString()));
      told.put("pages", names);
    }
    return told;
  }

  private static Path copy(Path from, String name) throws IOException {
    Path to = folder.resolve(name);
    STORAGE.delete(to.toString());
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
    return to;
  }

  private static List<Object> cluster(int clusters) {
    return List.of(
        "cluster",
        "--embeddings",
        folder.resolve("embeddings"),
        "--method",
        "kmeans",
        "--kmeans-restarts",
        "1",
        "--duplicate-cosine",
        "off",
        "--clusters",
        clusters);
  }

  @Test
  void a_run_that_takes_the_place_of_an_earlier_one() throws Exception {
    Path earlier = folder.resolve("earlier");
    assertThat(run(earlier, cluster(2)).exitCode()).isZero();
    dieEverywhere(earlier, cluster(3), output -> {});
  }

  @Test
  @Tag("slow")
  void a_store_without_room_is_one_sentence_wherever_a_run_notices_it() throws Exception {
    Path nothing = Files.createDirectory(folder.resolve("room"));
    Path whole = copy(nothing, "whole");
    Play none = new Play(whole, Optional.empty(), Fate.NO_ROOM, output -> {});
    FailingFiles.play(none);
    assertThat(run(whole, cluster(3)).exitCode()).isZero();
    for (Moment moment : none.moments()) {
      if (moment.kind().startsWith("delete")) {
        continue;
      }
      Path output = copy(nothing, "filled");
      Play full = new Play(output, Optional.of(moment), Fate.NO_ROOM, o -> {});
      FailingFiles.play(full);
      Command ended = run(output, cluster(3));
      assertThat(full.struck()).as(moment + " was reached").isTrue();
      assertThat(ended.exitCode()).as(moment + "\n" + ended.err()).isEqualTo(3);
      assertThat(ended.refusal()).contains("there is no room left").doesNotContain("\n");
    }
  }

  @Test
  @Tag("slow")
  void new_images_that_are_assigned_to_an_earlier_run() throws Exception {
    Path fitted = folder.resolve("fitted");
    assertThat(run(fitted, cluster(3)).exitCode()).isZero();
    List<Object> assign =
        List.of("assign", "--run", fitted, "--embeddings", folder.resolve("embeddings"));
    dieEverywhere(Files.createDirectory(folder.resolve("nothing")), assign, output -> {});
  }

  @Test
  void an_encoding_whose_tasks_slow_copies_end_when_its_tables_are_written() throws Exception {
    List<Object> encode =
        List.of("encode", "--input", folder.resolve("input"), "--precision", "fp32");
    dieEverywhere(
        Files.createDirectory(folder.resolve("empty")), encode, KilledAnywhereTest::endSlowCopies);
  }

  /** Every task has run twice: the second names files of its own in the manifest, as tasks do. */
  private static void endSlowCopies(Path output) {
    try (Stream<Path> files = Files.walk(output.resolve("_stages"))) {
      for (Path manifest : files.filter(file -> file.toString().contains("bucket-")).toList()) {
        ObjectNode copy =
            (ObjectNode) Json.read(Files.readString(manifest), JsonNode.class, "a manifest");
        String attempt = manifest.getParent().getFileName().toString().replace("encode-", "");
        String file = copy.get("file").asText();
        for (String table : List.of("images", "embeddings")) {
          Path written = output.resolve(RunFolder.relative(table, attempt)).resolve(file);
          Files.copy(written, written.resolveSibling("copy-" + file));
        }
        Files.writeString(manifest, Json.line(copy.put("file", "copy-" + file)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
