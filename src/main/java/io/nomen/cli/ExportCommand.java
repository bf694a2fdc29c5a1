package io.nomen.cli;

import io.nomen.job.ExportJob;
import io.nomen.job.JobContext;
import io.nomen.store.RunFolder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tables out. */
@Command(
    name = "export",
    description =
        "Write a run's embeddings as .npy, or its assignments as CSV, in the order of paths.")
final class ExportCommand implements Subcommand {
  @Mixin private CommonOptions common;

  @Option(
      names = "--embeddings",
      paramLabel = "EMB",
      description = "Folder that encode, import or cluster wrote; with --npy.")
  private Optional<String> embeddings = Optional.empty();

  @Option(
      names = "--npy",
      paramLabel = "FILE.npy",
      description = "Write the embeddings [n, d] there, and their paths to FILE.txt.")
  private Optional<String> npy = Optional.empty();

  @Option(names = "--raw", description = "Multiply each embedding by the norm that it had.")
  private boolean raw;

  @Option(
      names = "--run",
      paramLabel = "RUN",
      description = "Folder of a finished run; with --csv.")
  private Optional<String> run = Optional.empty();

  @Option(
      names = "--csv",
      paramLabel = "FILE.csv",
      description = "Write path,cluster,name,confidence there.")
  private Optional<String> csv = Optional.empty();

  @Override
  public void check(Violations violations) {
    common.check(violations);
    violations.require(npy.isPresent() || csv.isPresent(), "Give --npy FILE or --csv FILE.");
    violations.require(
        npy.isEmpty() || embeddings.isPresent() || run.isPresent(),
        "--npy needs --embeddings EMB.");
    violations.require(csv.isEmpty() || run.isPresent(), "--csv needs --run RUN.");
    violations.require(!raw || npy.isPresent(), "--raw needs --npy.");
  }

  @Override
  public Map<String, Object> run(Console console) {
    JobContext context = Jobs.context(console);
    Map<String, Object> result = new LinkedHashMap<>();
    if (console.dryRun()) {
      return Jobs.planned(console, List.of("export to " + npy.or(() -> csv).orElseThrow()));
    }
    if (npy.isPresent()) {
      RunFolder folder = Jobs.folder(context, embeddings.or(() -> run).orElseThrow());
      result.put("rows", ExportJob.npy(context, folder, npy.get(), raw));
      result.put("npy", npy.get());
    }
    if (csv.isPresent()) {
      RunFolder folder = Jobs.folder(context, run.orElseThrow());
      result.put("rows", ExportJob.csv(context, folder, csv.get()));
      result.put("csv", csv.get());
    }
    return result;
  }
}
