package io.nomen.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.store.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A driver process and what it says of its jobs. */
final class Submission implements AutoCloseable {
  private final Jvm driver;
  private final Path jobs;

  Submission(Jvm driver, Path jobs) {
    this.driver = driver;
    this.jobs = jobs;
  }

  Jvm driver() {
    return driver;
  }

  /** What {@link JobLog} has told so far. */
  List<String> events() {
    try {
      return Files.exists(jobs) ? Files.readAllLines(jobs) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Nomen's classes that start work on executors, in the order of their first. */
  List<String> stages() {
    return told("stage ").distinct().filter(name -> !name.contains(".scala")).toList();
  }

  /** How many Spark stages the class {@code name} has started. */
  long stages(String name) {
    return told("stage ").filter(name::equals).count();
  }

  /** The stages that {@link StageTrouble} struck in, in order. */
  List<String> troubles() {
    return told(JobLog.TROUBLE).toList();
  }

  /** The stages that had tasks run twice. */
  Set<String> speculations() {
    return told("speculative task of ").collect(Collectors.toSet());
  }

  /** How near to their data the tasks of {@code stage} ran, in Spark's words. */
  Set<String> localities(String stage) {
    return told("task of " + stage + " was ").collect(Collectors.toSet());
  }

  /** How many executors the driver has had. */
  long executorsAdded() {
    return told("executor added ").count();
  }

  /** How many executors the driver has lost or let go. */
  long executorsRemoved() {
    return told("executor removed ").count();
  }

  private Stream<String> told(String prefix) {
    return events().stream()
        .filter(line -> line.startsWith(prefix))
        .map(line -> line.substring(prefix.length()));
  }

  /** Waits until the class {@code stage} has started its {@code count}-th Spark stage. */
  void awaitStage(String stage, int count) {
    driver.await("stage %d of %s".formatted(count, stage), () -> stages(stage) >= count);
  }

  /** Waits for the end and the answer, which is the last line on stdout. */
  JsonNode succeeded() {
    int exitCode = driver.exitCode();
    if (exitCode != 0) {
      throw new AssertionError("exit code " + exitCode + "; last words:\n" + driver.lastWords());
    }
    List<String> lines = driver.out().lines().toList();
    return Json.read(lines.get(lines.size() - 1), JsonNode.class, "the last line on stdout");
  }

  @Override
  public void close() {
    driver.close();
  }
}
