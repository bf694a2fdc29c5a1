package io.nomen.cli;

import io.nomen.cli.Main.Subcommand;
import io.nomen.gallery.feed.GalleryStage;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.run.Snapshot;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The pages of a finished run, again. */
@Command(name = "gallery", description = "Write the pages of a finished run again.")
final class GalleryCommand implements Subcommand {
  @Mixin private CommonOptions common;

  @Option(names = "--run", required = true, paramLabel = "RUN", description = "Folder of a run.")
  private String run;

  @Override
  public void check(Violations violations) {
    common.check(violations);
  }

  @Override
  public Map<String, Object> run(Console console) {
    JobContext context = console.context();
    if (console.dryRun()) {
      return console.planned(List.of("write the gallery of " + run));
    }
    RunFolder folder = new RunFolder(context.storage(), run);
    Snapshot snapshot = folder.snapshot();
    String page = folder.holding(() -> new GalleryStage(context, folder).run(snapshot));
    console.line("Gallery: " + page);
    return Map.of("gallery", page);
  }
}
