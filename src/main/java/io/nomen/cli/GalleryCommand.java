package io.nomen.cli;

import io.nomen.cli.Main.Subcommand;
import io.nomen.gallery.feed.GalleryStage;
import io.nomen.gallery.feed.GalleryStage.GalleryOptions;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.run.Snapshot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The pages of a finished run, again. */
@Command(name = "gallery", description = "Write the pages of a finished run again.")
final class GalleryCommand implements Subcommand {
  @Mixin private CommonOptions common;
  @Mixin private PageOptions pages;

  @Option(names = "--run", required = true, paramLabel = "RUN", description = "Folder of a run.")
  private String run;

  @Option(
      names = "--compare",
      paramLabel = "RUN",
      description = "A page that compares the clusters with those of this earlier run.")
  private Optional<String> compare = Optional.empty();

  @Override
  public void check(Violations violations) {
    common.check(violations);
    pages.check(violations);
  }

  @Override
  public Map<String, Object> run(Console console) {
    JobContext context = console.context();
    RunFolder folder = new RunFolder(context.storage(), run);
    Snapshot snapshot = folder.snapshot();
    if (console.dryRun()) {
      return console.planned(List.of("write the gallery of " + run));
    }
    GalleryOptions options =
        pages.with(compare.map(uri -> new RunFolder(context.storage(), uri).snapshot()));
    String page = folder.holding(() -> new GalleryStage(context, folder, options).run(snapshot));
    console.line("Gallery: " + page);
    return Map.of("gallery", page);
  }
}
