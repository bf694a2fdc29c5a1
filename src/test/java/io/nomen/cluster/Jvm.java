package io.nomen.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A Java process of a test with its two output files; ended by its own process id. */
final class Jvm implements AutoCloseable {
  private static final List<String> OPENED =
      List.of(
          "java.lang",
          "java.lang.invoke",
          "java.lang.reflect",
          "java.io",
          "java.net",
          "java.nio",
          "java.util",
          "java.util.concurrent",
          "java.util.concurrent.atomic",
          "jdk.internal.ref",
          "sun.nio.ch",
          "sun.nio.cs",
          "sun.security.action",
          "sun.util.calendar");

  private final Process process;
  private final Path out;
  private final Path err;

  private Jvm(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /**
   * Starts {@code java} with {@code arguments}.
   *
   * @param log the files are called this, with {@code .out} and {@code .err}
   */
  static Jvm start(Path log, Map<String, String> environment, List<String> arguments) {
    return start(log, environment, List.of(), arguments);
  }

  /**
   * The same behind another command, which runs it somewhere.
   *
   * @param behind the words of that command
   */
  static Jvm start(
      Path log, Map<String, String> environment, List<String> behind, List<String> arguments) {
    Path out = log.resolveSibling(log.getFileName() + ".out");
    Path err = log.resolveSibling(log.getFileName() + ".err");
    List<String> command = new ArrayList<>(behind);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(Path.of("").toAbsolutePath().toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().putAll(environment);
    try {
      return new Jvm(builder.start(), out, err);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** What Java 17 must open to Spark. */
  static List<String> opened() {
    return OPENED.stream().map(name -> "--add-opens=java.base/" + name + "=ALL-UNNAMED").toList();
  }

  /**
   * Nomen's jar in a process of its own with two cores, as the launcher starts it.
   *
   * @param heap as {@code -Xmx} takes it
   * @param settings of Spark
   */
  static List<String> nomen(String heap, Map<String, String> settings, String... words) {
    return program(heap, settings, "io.nomen.cli.Main", words);
  }

  /** The same with another main class, which may be one of the tests'. */
  static List<String> program(
      String heap, Map<String, String> settings, String mainClass, String... words) {
    List<String> arguments = new ArrayList<>(List.of("-Xmx" + heap));
    arguments.addAll(opened());
    arguments.addAll(
        List.of(
            "--add-modules=jdk.incubator.vector", "-XX:+UseParallelGC", "-Dai.djl.offline=true"));
    arguments.add("-Djava.awt.headless=true");
    arguments.add(
        "-Dlog4j2.configurationFile=" + Path.of("conf/log4j2.properties").toAbsolutePath());
    Map<String, String> all = new LinkedHashMap<>(Map.of("spark.master", "local[2]"));
    all.put("spark.ui.enabled", "false");
    all.putAll(settings);
    all.forEach((name, value) -> arguments.add("-D" + name + "=" + value));
    arguments.addAll(
        List.of(
            "-cp",
            String.join(
                ":",
                Path.of("target/nomen.jar").toAbsolutePath().toString(),
                text(Path.of("target/class-path.txt")),
                Path.of("target/test-classes").toAbsolutePath().toString())));
    arguments.add(mainClass);
    arguments.addAll(List.of(words));
    return arguments;
  }

  /** What Nomen says to its user when it gives up: its lines on stderr that bear its name. */
  List<String> sentences() {
    return err().lines().filter(line -> line.startsWith("nomen: ")).toList();
  }

  String out() {
    return text(out);
  }

  String err() {
    return text(err);
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  boolean alive() {
    return process.isAlive();
  }

  /** {@code kill -9}. */
  void kill() {
    process.destroyForcibly();
    exitCode();
  }

  /** Waits for the end, ten minutes at most: machines may be busy. */
  int exitCode() {
    return exitCode(10);
  }

  /** Waits for the end, {@code minutes} at most. */
  int exitCode(int minutes) {
    try {
      if (!process.waitFor(minutes, TimeUnit.MINUTES)) {
        close();
        throw new AssertionError("a process did not end; its last words:\n" + lastWords());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return process.exitValue();
  }

  /** Waits until {@code happened}, or fails when the process ends first or ten minutes pass. */
  void await(String what, BooleanSupplier happened) {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(10);
    while (!happened.getAsBoolean()) {
      if (!process.isAlive() || System.nanoTime() > end) {
        if (happened.getAsBoolean()) {
          return;
        }
        throw new AssertionError(
            "waited in vain for %s (the process is %s); its last words:%n%s"
                .formatted(what, process.isAlive() ? "alive" : "gone", lastWords()));
      }
      pause(20);
    }
  }

  String lastWords() {
    List<String> lines = err().lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
  }

  @Override
  public void close() {
    // An executor outlives its worker for seconds; nothing may stay behind.
    List<ProcessHandle> family = process.descendants().toList();
    process.destroyForcibly();
    family.forEach(ProcessHandle::destroyForcibly);
  }

  static void pause(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
