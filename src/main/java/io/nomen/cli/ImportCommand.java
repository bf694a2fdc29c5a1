package io.nomen.cli;

import io.nomen.job.ImportJob;
import io.nomen.job.JobContext;
import io.nomen.store.RunFolder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Ready embeddings in. */
@Command(
    name = "import",
    description = "Make an embeddings table of a .npy array; row i gets the path row-000000i.")
final class ImportCommand implements Subcommand {
  @Mixin private CommonOptions common;

  @Option(
      names = "--npy",
      required = true,
      paramLabel = "FILE.npy",
      description = "Embeddings [n, d], any float type; they need not be normalised.")
  private String npy;

  @Option(
      names = "--labels",
      paramLabel = "FILE.npy",
      description = "Labels [n], kept apart for evaluate; no method sees them.")
  private Optional<String> labels = Optional.empty();

  @Option(names = "--output", required = true, paramLabel = "EMB", description = "Folder to write.")
  private String output;

  @Option(
      names = "--max-bad-fraction",
      paramLabel = "0..1",
      defaultValue = "0",
      description = "Share of rows that may be NaN, infinite or zero (default: 0).")
  private double maxBadFraction;

  @Override
  public void check(Violations violations) {
    common.check(violations);
    violations.require(
        maxBadFraction >= 0 && maxBadFraction <= 1,
        "--max-bad-fraction is %s; give a number from 0 to 1.".formatted(maxBadFraction));
  }

  @Override
  public Map<String, Object> run(Console console) {
    JobContext context = Jobs.context(console);
    RunFolder folder = Jobs.folder(context, output);
    if (console.dryRun()) {
      return Jobs.planned(console, List.of("import %s to %s".formatted(npy, folder.uri())));
    }
    ImportJob.Counts counts = ImportJob.npy(context, npy, labels, folder, maxBadFraction);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("output", folder.uri());
    result.put("counts", counts);
    return result;
  }
}
