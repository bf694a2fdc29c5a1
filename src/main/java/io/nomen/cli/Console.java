package io.nomen.cli;

import io.nomen.Progress;
import java.io.PrintStream;
import java.util.Map;

/**
 * The two streams of the process: one JSON line on stdout at the end, everything else on stderr.
 *
 * @param effectiveOptions every option of the subcommand with the value that counts
 */
record Console(
    PrintStream out,
    PrintStream err,
    Progress progress,
    String subcommand,
    Map<String, String> effectiveOptions,
    boolean dryRun) {

  void line(String text) {
    err.println(text);
  }
}
