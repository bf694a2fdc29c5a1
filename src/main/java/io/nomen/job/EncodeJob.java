package io.nomen.job;

import io.nomen.clip.ClipCheckpoint;
import io.nomen.encode.BadImages;
import io.nomen.encode.EncodeStage;
import io.nomen.encode.EncodeStage.EncodeOptions;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.run.RunFolder.StageAttempt;
import io.nomen.run.RunRecord.Counts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Images to an embeddings table, and nothing else. */
public final class EncodeJob {
  private EncodeJob() {}

  /** What would be done. */
  public static List<String> plan(JobContext context, RunFolder folder, EncodeOptions options) {
    return stage(context, folder, options).plan();
  }

  /**
   * Encodes what is not encoded yet and publishes the tables; then, with more bad images than
   * allowed, fails, so that the tables can say which.
   *
   * @return counts and what was resumed, for the last line
   */
  public static Map<String, Object> run(
      JobContext context, RunFolder folder, EncodeOptions options) {
    folder.requireNothingBut(Set.of("images", "embeddings"));
    EncodeStage stage = stage(context, folder, options);
    return folder.holding(() -> run(folder, options, stage));
  }

  private static Map<String, Object> run(
      RunFolder folder, EncodeOptions options, EncodeStage stage) {
    StageAttempt attempt = stage.run();
    String id = attempt.attempt();
    folder.publish(id, Map.of("images", id, "embeddings", id), Map.of(), Optional.empty());
    Counts counts = EncodeStage.counts(attempt);
    BadImages.check(counts, EncodeStage.bad(attempt), options.maxBadFraction());
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("run", id);
    result.put("output", folder.uri());
    result.putAll(attempt.facts());
    return result;
  }

  private static EncodeStage stage(JobContext context, RunFolder folder, EncodeOptions options) {
    ClipCheckpoint checkpoint = ClipCheckpoint.open(context.storage(), options.model().location());
    return new EncodeStage(context, folder, options, checkpoint.model());
  }
}
