package io.nomen.cli;

import io.nomen.cli.Main.Subcommand;
import io.nomen.exchange.ExportJob;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tables out. */
@Command(
    name = "export",
    description =
        "Write a run's embeddings as .npy, safetensors or Parquet, or its assignments as CSV, in"
            + " the order of paths.")
final class ExportCommand implements Subcommand {
  @Mixin private CommonOptions common;

  @Option(
      names = "--embeddings",
      paramLabel = "EMB",
      description =
          "Folder that encode, import or cluster wrote; with --npy, --safetensors, --parquet.")
  private Optional<String> embeddings = Optional.empty();

  @Option(
      names = "--npy",
      paramLabel = "FILE.npy",
      description = "Write the embeddings [n, d] there, and their paths to FILE.txt.")
  private Optional<String> npy = Optional.empty();

  @Option(
      names = "--safetensors",
      paramLabel = "FILE.safetensors",
      description = "Write the tensors embeddings [n, d] and norm [n], and the paths to FILE.txt.")
  private Optional<String> safetensors = Optional.empty();

  @Option(
      names = "--parquet",
      paramLabel = "FILE.parquet",
      description = "Write the columns path, embedding and norm there.")
  private Optional<String> parquet = Optional.empty();

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
    boolean matrix = Stream.of(npy, safetensors, parquet).anyMatch(Optional::isPresent);
    violations.require(
        matrix || csv.isPresent(),
        "Give --npy FILE, --safetensors FILE, --parquet FILE or --csv FILE.");
    violations.require(
        !matrix || embeddings.isPresent() || run.isPresent(),
        "--npy, --safetensors and --parquet need --embeddings EMB.");
    violations.require(csv.isEmpty() || run.isPresent(), "--csv needs --run RUN.");
    violations.require(!raw || matrix, "--raw needs --npy, --safetensors or --parquet.");
  }

  @Override
  public Map<String, Object> run(Console console) {
    JobContext context = console.context();
    if (console.dryRun()) {
      return console.planned(
          Stream.of(npy, safetensors, parquet, csv)
              .flatMap(Optional::stream)
              .map("export to %s"::formatted)
              .toList());
    }
    Map<String, Object> result = new LinkedHashMap<>();
    embeddings
        .or(() -> run)
        .ifPresent(uri -> matrices(context, new RunFolder(context.storage(), uri), result));
    csv.ifPresent(
        file -> {
          RunFolder folder = new RunFolder(context.storage(), run.orElseThrow());
          result.put("rows", ExportJob.csv(context, folder, file));
          result.put("csv", file);
        });
    return result;
  }

  private void matrices(JobContext context, RunFolder folder, Map<String, Object> result) {
    npy.ifPresent(
        file -> {
          result.put("rows", ExportJob.npy(context, folder, file, raw));
          result.put("npy", file);
        });
    safetensors.ifPresent(
        file -> {
          result.put("rows", ExportJob.safetensors(context, folder, file, raw));
          result.put("safetensors", file);
        });
    parquet.ifPresent(
        file -> {
          result.put("rows", ExportJob.parquet(context, folder, file, raw));
          result.put("parquet", file);
        });
  }
}
