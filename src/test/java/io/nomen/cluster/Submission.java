package io.nomen.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.store.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

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

  /** The classes that start work on executors, in the order of their first. */
  List<String> stages() {
    return events().stream()
        .filter(line -> line.startsWith("stage "))
        .map(line -> line.substring("stage ".length()))
        .distinct()
        .toList();
  }

  /** Waits until the class {@code stage} has started its {@code count}-th Spark stage. */
  void awaitStage(String stage, int count) {
    driver.await(
        "stage %d of %s".formatted(count, stage),
        () -> events().stream().filter(line -> line.equals("stage " + stage)).count() >= count);
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
