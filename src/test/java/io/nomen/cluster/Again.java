package io.nomen.cluster;

import io.nomen.cli.Main;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A program of its own: runs one command of Nomen several times in this process, and tells after
 * each how many bytes of memory the process has, heap and native together.
 */
public final class Again {
  private Again() {}

  /** Takes the number of times, and the command. */
  public static void main(String[] arguments) throws IOException {
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    String[] words = Arrays.copyOfRange(arguments, 1, arguments.length);
    for (int i = 0; i < Integer.parseInt(arguments[0]); i++) {
      if (Main.run(words, err, err) != 0) {
        throw new IllegalStateException("the command failed");
      }
      System.out.println(memory(ProcessHandle.current(), "VmRSS"));
    }
    System.exit(0);
  }

  /**
   * Bytes of memory of a process.
   *
   * @param kind as Linux calls it: {@code VmRSS} of this moment, {@code VmHWM} at most so far
   */
  static long memory(ProcessHandle process, String kind) throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith(kind))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }
}
