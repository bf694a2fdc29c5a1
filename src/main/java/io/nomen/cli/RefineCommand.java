package io.nomen.cli;

import io.nomen.cli.Main.Subcommand;
import io.nomen.job.RefineJob;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A run as people would have it. */
@Command(
    name = "refine",
    description =
        "Obey the changes that were made in a run's gallery, without encoding or starting anew.")
final class RefineCommand implements Subcommand {
  @Mixin private CommonOptions common;
  @Mixin private PageOptions pages;

  @Option(names = "--run", required = true, paramLabel = "RUN", description = "Folder of the run.")
  private String run;

  @Option(
      names = "--changes",
      required = true,
      paramLabel = "FILE.json",
      description = "What its gallery saved.")
  private String changes;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "RUN2",
      description = "Folder to write.")
  private String output;

  @Override
  public void check(Violations violations) {
    common.check(violations);
    pages.check(violations);
  }

  @Override
  public Map<String, Object> run(Console console) {
    JobContext context = console.context();
    RunFolder folder = new RunFolder(context.storage(), output);
    RefineJob job =
        new RefineJob(
            context,
            folder,
            new RefineJob.RefineOptions(run, changes, pages.request(console, context, common)));
    if (console.dryRun()) {
      return console.planned(job.plan());
    }
    return console.made(job.run(), folder);
  }
}
