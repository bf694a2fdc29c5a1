package io.nomen.gallery;

import io.nomen.gallery.GalleryData.Curve;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run was, in the order in which the facts page shows it. Maps keep their order.
 *
 * @param runId identifies the run
 * @param title what was clustered, in a few words
 * @param created when the run was published
 * @param method the method's name as on the command line
 * @param model the model's name or folder; empty where embeddings were imported
 * @param vocabulary where the nouns are from; empty for methods without text
 * @param counts how many images were listed, embedded and bad
 * @param secondsByStage wall-clock seconds, by stage
 * @param seed the run's seed
 * @param versions by component
 * @param options effective options, as a user would type them; never a secret
 * @param quality label-free quality by name, on the scale it is usually given in
 * @param scores agreement with labels in per cent; empty where no labels were given
 * @param remarks sentences that a reader should see
 * @param curves loss, quality and sweeps
 * @param command the command line that makes this run again
 */
public record RunFacts(
    String runId,
    String title,
    Instant created,
    String method,
    Optional<String> model,
    Optional<String> vocabulary,
    Counts counts,
    Map<String, Double> secondsByStage,
    long seed,
    Map<String, String> versions,
    Map<String, String> options,
    Map<String, Double> quality,
    Map<String, Double> scores,
    List<String> remarks,
    List<Curve> curves,
    Optional<String> command) {

  /** Every listed image is either embedded or bad: {@code listed = embedded + bad}. */
  public record Counts(long listed, long embedded, long bad) {}

  public RunFacts {
    secondsByStage = ordered(secondsByStage);
    versions = ordered(versions);
    options = ordered(options);
    quality = ordered(quality);
    scores = ordered(scores);
    remarks = List.copyOf(remarks);
    curves = List.copyOf(curves);
  }

  private static <V> Map<String, V> ordered(Map<String, V> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }
}
