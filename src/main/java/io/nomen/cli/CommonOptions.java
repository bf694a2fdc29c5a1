package io.nomen.cli;

import io.nomen.store.Storage;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options that every job has. */
final class CommonOptions {
  @Option(
      names = "--job",
      paramLabel = "FILE.yaml",
      description = "Read options from this file; the command line wins.")
  Optional<String> job = Optional.empty();

  @Option(
      names = "--dry-run",
      description = "Check model, input and options, print the plan, and do nothing.")
  boolean dryRun;

  @Option(
      names = "--resume",
      paramLabel = "auto|never",
      defaultValue = "auto",
      description = "Go on where an earlier run of the same command ended (default: auto).")
  String resume;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  void check(Violations violations) {
    violations.require(
        resume.equals("auto") || resume.equals("never"),
        "--resume is \"%s\"; give auto or never.".formatted(resume));
  }

  boolean resumes() {
    return resume.equals("auto");
  }

  static void checkUri(Violations violations, String option, String uri) {
    try {
      Storage.path(uri);
    } catch (io.nomen.NomenException e) {
      violations.add(option + ": " + e.getMessage());
    }
  }
}
