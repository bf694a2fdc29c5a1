package io.nomen.testing;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.cli.Main;
import io.nomen.exchange.NpyWriter;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import io.nomen.tensor.Matrix;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * The real command line in this process, over the session that all tests share.
 *
 * @param exitCode as a shell would see it
 * @param out what went to stdout
 * @param err what went to stderr
 */
public record Command(int exitCode, String out, String err) {
  private static final String MASTER = "spark.master";

  /** Runs {@code nomen} with these words. */
  public static Command run(Object... words) {
    LocalSpark.context();
    String before = System.getProperty(MASTER);
    System.setProperty(MASTER, "local[2]");
    try {
      return alone(Arrays.stream(words).map(Object::toString).toArray(String[]::new));
    } finally {
      if (before == null) {
        System.clearProperty(MASTER);
      } else {
        System.setProperty(MASTER, before);
      }
    }
  }

  /** The same without a session of ours, for what needs none or brings its own. */
  public static Command alone(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        Main.run(
            words,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Command(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Runs {@code nomen} and fails where it does. */
  public static Command done(Object... words) {
    Command command = run(words);
    if (command.exitCode() != 0) {
      throw new AssertionError(
          "nomen ended with %d: %s".formatted(command.exitCode(), command.err()));
    }
    return command;
  }

  /** The one JSON object at the end of stdout. */
  public JsonNode lastLine() {
    String[] lines = out.strip().split("\n", -1);
    return Json.read(lines[lines.length - 1], JsonNode.class, "the last line");
  }

  /** Why the command refused: what it says on stderr after its own name. */
  public String refusal() {
    return err.lines()
        .filter(line -> line.startsWith("nomen: "))
        .map(line -> line.substring("nomen: ".length()))
        .reduce("", (a, b) -> a.isEmpty() ? b : a + "\n" + b);
  }

  /**
   * Imports ready embeddings of images as the folder {@code embeddings} in {@code folder}, and of
   * words as {@code words}.
   */
  public static void imported(Path folder, Matrix images, List<String> words, Matrix embeddings)
      throws IOException {
    done(
        "import",
        "--npy",
        npy(folder.resolve("images.npy"), images),
        "--output",
        folder.resolve("embeddings"));
    done(
        "vocabulary",
        "--nouns",
        Files.write(folder.resolve("words.txt"), words),
        "--nouns-npy",
        npy(folder.resolve("words.npy"), embeddings),
        "--output",
        folder.resolve("words"));
  }

  /** Writes a matrix as {@code .npy} for {@code nomen import}. */
  public static Path npy(Path file, Matrix rows) {
    Storage storage = new Storage(new Configuration());
    try (NpyWriter writer = new NpyWriter(storage, file.toString(), rows.rows(), rows.width())) {
      writer.write(rows.values());
    }
    return file;
  }
}
