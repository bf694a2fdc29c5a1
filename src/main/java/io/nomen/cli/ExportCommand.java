package io.nomen.cli;

import io.nomen.cli.Main.Subcommand;
import io.nomen.exchange.ExportJob;
import io.nomen.exchange.LabelExport;
import io.nomen.job.AtlasExport;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.run.Snapshot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tables out. */
@Command(
    name = "export",
    description =
        "Write a run's embeddings as .npy, safetensors or Parquet, or its clusters as folders of"
            + " images or as other tools take labels, in the order of paths.")
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
      description = "Folder of a finished run; with all that follow.")
  private Optional<String> run = Optional.empty();

  @Option(
      names = "--csv",
      paramLabel = "FILE.csv",
      description = "Write path,cluster,name,confidence there.")
  private Optional<String> csv = Optional.empty();

  @Option(
      names = "--folders",
      paramLabel = "DIR",
      description = "Make a folder for each cluster there, with links to its images, or copies.")
  private Optional<String> folders = Optional.empty();

  @Option(
      names = "--imagefolder",
      paramLabel = "DIR",
      description = "The same with a metadata.jsonl, as Hugging Face's imagefolder.")
  private Optional<String> imagefolder = Optional.empty();

  @Option(names = "--copy", description = "Copy images into folders where links would do.")
  private boolean copy;

  @Option(
      names = "--coco",
      paramLabel = "FILE.json",
      description = "COCO: a category for each cluster, the whole image as its box.")
  private Optional<String> coco = Optional.empty();

  @Option(
      names = "--cvat",
      paramLabel = "FILE.xml",
      description = "CVAT for images 1.1: a tag on every image.")
  private Optional<String> cvat = Optional.empty();

  @Option(
      names = "--label-studio",
      paramLabel = "FILE.json",
      description =
          "Label Studio's tasks with predictions, and the labelling interface in FILE.config.xml.")
  private Optional<String> labelStudio = Optional.empty();

  @Option(
      names = "--fiftyone",
      paramLabel = "DIR",
      description = "FiftyOne's image classification dataset; no image is copied.")
  private Optional<String> fiftyOne = Optional.empty();

  @Option(
      names = "--embedding-atlas",
      paramLabel = "FILE.parquet",
      description = "Embedding Atlas: places on the map, clusters, nearest images.")
  private Optional<String> atlas = Optional.empty();

  /** What is written of a run's clusters, and how. */
  private record Target(String option, Optional<String> uri, ToLongFunction<LabelExport> write) {}

  private List<Target> targets() {
    return List.of(
        new Target("csv", csv, out -> out.csv(csv.orElseThrow())),
        new Target("folders", folders, out -> out.folders(folders.orElseThrow(), copy, false)),
        new Target(
            "imagefolder", imagefolder, out -> out.folders(imagefolder.orElseThrow(), copy, true)),
        new Target("coco", coco, out -> out.coco(coco.orElseThrow())),
        new Target("cvat", cvat, out -> out.cvat(cvat.orElseThrow())),
        new Target("label-studio", labelStudio, out -> out.labelStudio(labelStudio.orElseThrow())),
        new Target("fiftyone", fiftyOne, out -> out.fiftyOne(fiftyOne.orElseThrow())));
  }

  @Override
  public void check(Violations violations) {
    common.check(violations);
    boolean matrix = Stream.of(npy, safetensors, parquet).anyMatch(Optional::isPresent);
    boolean labels =
        atlas.isPresent() || targets().stream().anyMatch(target -> target.uri().isPresent());
    violations.require(
        matrix || labels,
        "Say what to write: --npy, --safetensors, --parquet, --csv, --folders, --imagefolder,"
            + " --coco, --cvat, --label-studio, --fiftyone or --embedding-atlas.");
    violations.require(
        !matrix || embeddings.isPresent() || run.isPresent(),
        "--npy, --safetensors and --parquet need --embeddings EMB or --run RUN.");
    if (run.isEmpty()) {
      targets().stream()
          .filter(target -> target.uri().isPresent())
          .forEach(target -> violations.add("--" + target.option() + " needs --run RUN."));
      violations.require(atlas.isEmpty(), "--embedding-atlas needs --run RUN.");
    }
    violations.require(!raw || matrix, "--raw needs --npy, --safetensors or --parquet.");
    violations.require(
        !copy || folders.isPresent() || imagefolder.isPresent(),
        "--copy needs --folders or --imagefolder.");
  }

  @Override
  public Map<String, Object> run(Console console) {
    JobContext context = console.context();
    if (console.dryRun()) {
      Stream.concat(run.stream(), embeddings.stream())
          .forEach(uri -> new RunFolder(context.storage(), uri).snapshot());
      return console.planned(
          Stream.concat(
                  Stream.of(npy, safetensors, parquet, atlas), targets().stream().map(Target::uri))
              .flatMap(Optional::stream)
              .map("export to %s"::formatted)
              .toList());
    }
    Map<String, Object> result = new LinkedHashMap<>();
    embeddings
        .or(() -> run)
        .ifPresent(uri -> matrices(context, new RunFolder(context.storage(), uri), result));
    run.ifPresent(uri -> labels(context, new RunFolder(context.storage(), uri).snapshot(), result));
    return result;
  }

  private void labels(JobContext context, Snapshot snapshot, Map<String, Object> result) {
    List<Target> wanted = targets().stream().filter(t -> t.uri().isPresent()).toList();
    if (!wanted.isEmpty()) {
      LabelExport out = LabelExport.of(context.spark().get(), snapshot);
      for (Target target : wanted) {
        result.put("rows", target.write().applyAsLong(out));
        result.put(target.option(), target.uri().orElseThrow());
      }
    }
    atlas.ifPresent(
        file -> {
          result.put("rows", AtlasExport.write(context, snapshot, file));
          result.put("embedding-atlas", file);
        });
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
