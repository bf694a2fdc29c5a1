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
  private static final int MOST_QUESTIONS = 500;

  @Mixin private CommonOptions common;

  @Option(names = "--run", required = true, paramLabel = "RUN", description = "Folder of a run.")
  private String run;

  @Option(
      names = "--questions",
      paramLabel = "COUNT",
      defaultValue = "0",
      description =
          "Ask for so many images whose answer would help most, on a page of their own (default:"
              + " 0).")
  private int questions;

  @Option(
      names = "--compare",
      paramLabel = "RUN",
      description = "A page that compares the clusters with those of this earlier run.")
  private Optional<String> compare = Optional.empty();

  @Option(
      names = "--language",
      paramLabel = "en|de",
      defaultValue = "en",
      description = "Language of the pages' own words (default: en).")
  private String language;

  @Override
  public void check(Violations violations) {
    common.check(violations);
    violations.require(
        language.matches("en|de"), "--language is \"%s\"; give en or de.".formatted(language));
    violations.require(
        questions >= 0 && questions <= MOST_QUESTIONS,
        "--questions is %d; give 0 to %d.".formatted(questions, MOST_QUESTIONS));
  }

  @Override
  public Map<String, Object> run(Console console) {
    JobContext context = console.context();
    if (console.dryRun()) {
      return console.planned(List.of("write the gallery of " + run));
    }
    RunFolder folder = new RunFolder(context.storage(), run);
    Snapshot snapshot = folder.snapshot();
    GalleryOptions options =
        new GalleryOptions(
            questions,
            compare.map(uri -> new RunFolder(context.storage(), uri).snapshot()),
            language);
    String page = folder.holding(() -> new GalleryStage(context, folder, options).run(snapshot));
    console.line("Gallery: " + page);
    return Map.of("gallery", page);
  }
}
