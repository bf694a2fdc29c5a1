package io.nomen.cli;

import io.nomen.cli.Main.Subcommand;
import io.nomen.encode.EncodeStage.EncodeOptions;
import io.nomen.job.AssignJob;
import io.nomen.job.AssignJob.AssignOptions;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.run.RunRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** New images into the clusters of an earlier run. */
@Command(
    name = "assign",
    description = "Give new images the clusters and names of an earlier run, in one pass.")
final class AssignCommand implements Subcommand {
  @Mixin private CommonOptions common;
  @Mixin private InputOptions input;
  @Mixin private ModelOptions model;

  @Option(
      names = "--run",
      required = true,
      paramLabel = "RUN",
      description = "Folder of the earlier run.")
  private String run;

  @Option(
      names = "--embeddings",
      arity = "1..*",
      paramLabel = "EMB",
      description =
          "Ready embeddings in place of --input: folders of encode or import, and globs of such"
              + " folders in quotes; of an image in several of them, the last counts.")
  private List<String> embeddings = new ArrayList<>();

  @Option(
      names = "--output",
      required = true,
      paramLabel = "RUN2",
      description = "Folder to write.")
  private String output;

  @Override
  public void check(Violations violations) {
    common.check(violations);
    input.check(violations);
    model.check(violations);
    violations.require(
        input.input.isEmpty() != embeddings.isEmpty(),
        "Give either --input URI or --embeddings EMB.");
  }

  @Override
  public Map<String, Object> run(Console console) {
    JobContext context = console.context();
    RunFolder folder = new RunFolder(context.storage(), output);
    Optional<EncodeOptions> images =
        input.input.isEmpty()
            ? Optional.empty()
            : Optional.of(input.encode(model.choice(), common.resumes()));
    AssignJob job =
        new AssignJob(
            context,
            folder,
            new AssignOptions(
                run,
                images,
                embeddings,
                common.resumes(),
                ClusterCommand.title(embeddings.isEmpty() ? input.input.get(0) : embeddings.get(0)),
                console.command(),
                console.recorded(context.storage())));
    console.banner(model);
    if (console.dryRun()) {
      return console.planned(job.plan());
    }
    RunRecord record = job.run();
    console.line("Gallery: " + folder.uri() + "/gallery/index.html");
    return record.summary(folder.uri());
  }
}
