package io.nomen.cli;

import io.nomen.gallery.feed.GalleryStage.GalleryOptions;
import io.nomen.job.RunRequest;
import io.nomen.run.JobContext;
import io.nomen.run.Snapshot;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What the pages of a run show beside it, and in which language. */
final class PageOptions {
  private static final int MOST_QUESTIONS = 500;

  @Option(
      names = "--questions",
      paramLabel = "COUNT",
      defaultValue = "0",
      description =
          "Ask for so many images whose answer would help most, on a page of their own (default:"
              + " 0).")
  private int questions;

  @Option(
      names = "--language",
      paramLabel = "en|de",
      description =
          "Language of the pages' own words (default: that of the run that is gone on from or shown"
              + " again, otherwise en).")
  private Optional<String> language = Optional.empty();

  void check(Violations violations) {
    violations.require(
        language.filter(word -> !word.matches("en|de")).isEmpty(),
        "--language is \"%s\"; give en or de.".formatted(language.orElse("")));
    violations.require(
        questions >= 0 && questions <= MOST_QUESTIONS,
        "--questions is %d; give 0 to %d.".formatted(questions, MOST_QUESTIONS));
  }

  /** What a command that makes a run says beside what is done. */
  RunRequest request(Console console, JobContext context, CommonOptions common) {
    return new RunRequest(
        console.command(),
        console.recorded(context.storage()),
        common.resumes(),
        with(Optional.empty()));
  }

  GalleryOptions with(Optional<Snapshot> compared) {
    return new GalleryOptions(questions, compared, language);
  }
}
