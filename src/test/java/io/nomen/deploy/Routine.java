package io.nomen.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.cli.Main;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The store that the recipes in {@code deploy/} speak of, on this disk: jobs, a model, one day's
 * images; their commands run here with the bucket's name replaced.
 */
final class Routine {
  static final String DAY = "2026-11-22";
  static final String WEEK = "2026-W46";

  private final Path store;

  Routine(Path store) throws IOException {
    this.store = store;
    copy(Path.of("jobs"), store.resolve("nomen/jobs"));
    copy(Path.of("src/main/resources/io/nomen/clip/tiny"), store.resolve("models/clip"));
    for (String thing : List.of("pizza", "airplane", "sunflower")) {
      Path day = Files.createDirectories(store.resolve("images").resolve(DAY).resolve(thing));
      try (Stream<Path> photos = Files.list(Path.of("samples", thing))) {
        for (Path photo : photos.sorted().limit(4).toList()) {
          Files.copy(photo, day.resolve(photo.getFileName()));
        }
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  /** Runs a shell command of the recipes with {@code aws} and {@code gcloud} that only tell. */
  static List<String> shell(Map<String, String> environment, String... words) throws IOException {
    Path tools = Files.createTempDirectory("nomen-tools");
    Path told = tools.resolve("told");
    for (String name : List.of("aws", "gcloud")) {
      Path tool = tools.resolve(name);
      Files.writeString(tool, "#!/bin/sh\nprintf '%s\\0' \"" + name + "\" \"$@\" >" + told + "\n");
      assertThat(tool.toFile().setExecutable(true)).isTrue();
    }
    ProcessBuilder shell = new ProcessBuilder(words).redirectErrorStream(true);
    shell.environment().putAll(Map.of("DAY", DAY, "WEEK", WEEK));
    shell.environment().put("PATH", tools + ":" + System.getenv("PATH"));
    shell.environment().putAll(environment);
    Process process = shell.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.onExit().join().exitValue()).as(said).isZero();
    String answer = Files.exists(told) ? Files.readString(told) : said;
    return List.of(answer.split("\0", -1)).subList(0, answer.split("\0", -1).length - 1);
  }

  /** Runs Nomen with {@code words}, which name the bucket; it must succeed. */
  void nomen(List<String> words, String... more) {
    List<String> here = new ArrayList<>();
    for (String word : words) {
      here.add(
          word.replaceFirst("^(s3a?|gs)://BUCKET", store.toString())
              .replaceFirst("^/opt/nomen/jobs", store + "/nomen/jobs")
              .replaceAll("\\{\\{[^}]*%d'\\) }}|\\bDAY\\b", DAY)
              .replaceAll("\\{\\{[^}]*W%V'\\) }}|\\bWEEK\\b", WEEK));
    }
    here.addAll(List.of(more));
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(said, true, StandardCharsets.UTF_8);
    int exitCode = Main.run(here.toArray(String[]::new), stream, stream);
    assertThat(exitCode).as(here + "\n" + said.toString(StandardCharsets.UTF_8)).isZero();
  }

  /** Asks Nomen for the plan of {@code words}. */
  void dryRun(List<String> words) {
    assertThat(words).contains("--job", "--output");
    if (words.get(0).equals("cluster")) {
      // There are twelve images here.
      nomen(words, "--dry-run", "--clusters", "3");
    } else {
      nomen(words, "--dry-run");
    }
  }
}
