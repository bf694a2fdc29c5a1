package io.nomen.job;

import io.nomen.gallery.feed.GalleryStage.GalleryOptions;
import io.nomen.run.RunRecord;
import java.util.List;
import java.util.Map;

/**
 * What every command that makes a run says beside what is done.
 *
 * @param command the subcommand and effective options, for {@code run.json}
 * @param resume whether to go on from what is there
 * @param pages what the gallery shows beside the run
 */
public record RunRequest(
    List<String> command,
    Map<String, String> effectiveOptions,
    boolean resume,
    GalleryOptions pages) {

  /** The same in the language of an earlier run's pages, unless another is asked for. */
  RunRequest after(RunRecord earlier) {
    return new RunRequest(
        command,
        effectiveOptions,
        resume,
        new GalleryOptions(
            pages.questions(), pages.comparedWith(), pages.language().or(earlier::language)));
  }
}
