package io.nomen.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.store.Json;
import io.nomen.testing.LocalSpark;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** One command line, run in this JVM on the session that all tests share. */
record CommandLineRun(int exitCode, String out, String err) {

  static CommandLineRun of(String... words) {
    LocalSpark.session();
    System.setProperty("spark.master", "local[2]");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    try {
      int exitCode =
          Main.run(
              words,
              new PrintStream(out, true, StandardCharsets.UTF_8),
              new PrintStream(err, true, StandardCharsets.UTF_8));
      return new CommandLineRun(
          exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    } finally {
      System.clearProperty("spark.master");
    }
  }

  JsonNode lastLine() {
    String[] lines = out.strip().split("\n", -1);
    return Json.read(lines[lines.length - 1], JsonNode.class, "the last line");
  }
}
