package io.nomen.cli;

import io.nomen.cli.Main.Subcommand;
import io.nomen.exchange.ImportJob;
import io.nomen.exchange.ImportJob.ImportOptions;
import io.nomen.exchange.ImportJob.ImportSource;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Ready embeddings in. */
@Command(
    name = "import",
    description =
        "Make an embeddings table of a .npy, safetensors or Parquet file; without paths row i gets"
            + " the path row-000000i.")
final class ImportCommand implements Subcommand {
  @Mixin private CommonOptions common;

  @Option(
      names = "--npy",
      paramLabel = "FILE.npy",
      description = "Embeddings [n, d], any float type; they need not be normalised.")
  private Optional<String> npy = Optional.empty();

  @Option(
      names = "--safetensors",
      paramLabel = "FILE",
      description = "Embeddings [n, d] as a tensor; a tensor norm [n] multiplies them.")
  private Optional<String> safetensors = Optional.empty();

  @Option(
      names = "--tensor",
      paramLabel = "NAME",
      description = "Which tensor, where a safetensors file has several matrices.")
  private Optional<String> tensor = Optional.empty();

  @Option(
      names = "--parquet",
      paramLabel = "FILE|FOLDER",
      description =
          "Embeddings as a column of lists; a column norm multiplies them, a column path names"
              + " them.")
  private Optional<String> parquet = Optional.empty();

  @Option(
      names = "--embedding-column",
      paramLabel = "NAME",
      description = "Which column, where Parquet files have several of lists of floats.")
  private Optional<String> embeddingColumn = Optional.empty();

  @Option(
      names = "--path-column",
      paramLabel = "NAME",
      description = "Column that names the rows of Parquet files (default: path, if there is one).")
  private Optional<String> pathColumn = Optional.empty();

  @Option(
      names = "--label-column",
      paramLabel = "NAME",
      description = "Column with labels for evaluate, where the source is Parquet.")
  private Optional<String> labelColumn = Optional.empty();

  @Option(
      names = "--labels",
      paramLabel = "FILE.npy",
      description = "Labels [n], kept apart for evaluate; no method sees them.")
  private Optional<String> labels = Optional.empty();

  @Option(
      names = "--paths",
      paramLabel = "FILE.txt",
      description = "The path of each row, one a line, as export writes them.")
  private Optional<String> paths = Optional.empty();

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
        Stream.of(npy, safetensors, parquet).filter(Optional::isPresent).count() == 1,
        "Give one of --npy FILE, --safetensors FILE and --parquet FILE.");
    violations.require(
        tensor.isEmpty() || safetensors.isPresent(), "--tensor needs --safetensors.");
    violations.require(
        parquet.isPresent()
            || (embeddingColumn.isEmpty() && pathColumn.isEmpty() && labelColumn.isEmpty()),
        "--embedding-column, --path-column and --label-column need --parquet.");
    violations.require(
        paths.isEmpty() || pathColumn.isEmpty(), "Give --paths or --path-column, not both.");
    violations.require(
        labels.isEmpty() || labelColumn.isEmpty(), "Give --labels or --label-column, not both.");
    Stream.of(npy, safetensors, parquet)
        .flatMap(Optional::stream)
        .forEach(uri -> CommonOptions.checkUri(violations, "import", uri));
    violations.require(
        maxBadFraction >= 0 && maxBadFraction <= 1,
        "--max-bad-fraction is %s; give a number from 0 to 1.".formatted(maxBadFraction));
  }

  @Override
  public Map<String, Object> run(Console console) {
    JobContext context = console.context();
    RunFolder folder = new RunFolder(context.storage(), output);
    ImportSource source = source();
    if (console.dryRun()) {
      return console.planned(List.of("import %s to %s".formatted(source.uri(), folder.uri())));
    }
    ImportJob.Counts counts =
        ImportJob.run(context, folder, new ImportOptions(source, labels, paths, maxBadFraction));
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("output", folder.uri());
    result.put("counts", counts);
    return result;
  }

  private ImportSource source() {
    return npy.<ImportSource>map(ImportSource.Npy::new)
        .or(() -> safetensors.map(uri -> new ImportSource.Safetensors(uri, tensor)))
        .orElseGet(
            () ->
                new ImportSource.Parquet(
                    parquet.orElseThrow(), embeddingColumn, pathColumn, labelColumn));
  }
}
