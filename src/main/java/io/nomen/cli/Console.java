package io.nomen.cli;

import io.nomen.Progress;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/**
 * The two streams of the process: one JSON line on stdout at the end, everything else on stderr.
 *
 * @param effectiveOptions every option of the subcommand with the value that counts
 * @param command the same as the words of a command line, quoted for a shell
 */
record Console(
    PrintStream out,
    PrintStream err,
    Progress progress,
    String subcommand,
    Map<String, String> effectiveOptions,
    List<String> command,
    boolean dryRun) {

  void line(String text) {
    err.println(text);
  }
}
