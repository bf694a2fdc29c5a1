package io.nomen.cli;

import io.nomen.cli.Main.Subcommand;
import io.nomen.job.AssignJob;
import io.nomen.job.AssignJob.AssignOptions;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.run.RunRecord;
import io.nomen.spark.Sessions;
import io.nomen.store.Storage;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** New images into the clusters of an earlier run. */
@Command(
    name = "assign",
    description =
        "Give new images the clusters and names of an earlier run, in one pass; by its model, unless"
            + " --model says where else that lies.")
final class AssignCommand implements Subcommand {
  @Mixin private CommonOptions common;
  @Mixin private InputOptions.Source source;
  @Mixin private ModelOptions model;
  @Mixin private PageOptions pages;
  @Spec private CommandSpec spec;

  @Option(
      names = "--run",
      required = true,
      paramLabel = "RUN",
      description = "Folder of the earlier run.")
  private String run;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "RUN2",
      description = "Folder to write.")
  private String output;

  @Override
  public void check(Violations violations) {
    common.check(violations);
    source.check(violations);
    model.check(violations);
    pages.check(violations);
    if (violations.isEmpty() && !spec.commandLine().getParseResult().hasMatchedOption("--model")) {
      Storage storage = new Storage(Sessions.hadoopConfiguration());
      RunRecord earlier = new RunFolder(storage, run).snapshot().requireRecord();
      earlier.model().location().ifPresent(location -> model.model = location);
    }
  }

  @Override
  public Map<String, Object> run(Console console) {
    JobContext context = console.context();
    RunFolder folder = new RunFolder(context.storage(), output);
    AssignJob job =
        new AssignJob(
            context,
            folder,
            new AssignOptions(
                run,
                source.images(model.choice(), common.resumes()),
                source.embeddings,
                source.title(),
                pages.request(console, context, common)));
    console.banner(model);
    if (console.dryRun()) {
      return console.planned(job.plan());
    }
    return console.made(job.run(), folder);
  }
}
