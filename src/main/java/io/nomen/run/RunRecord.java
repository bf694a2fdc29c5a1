package io.nomen.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The file {@code run.json} of a {@link Snapshot}: what was run, with what, on what, how long and
 * how well; enough to run it again.
 *
 * @param run id of the run
 * @param created ISO-8601 instant
 * @param command the arguments, without secrets (there are none)
 * @param options effective options of the subcommand
 * @param model id, digest, precision and device of the model; empty where embeddings were given
 * @param vocabulary where the nouns are from and how many there are
 * @param counts listed, embedded and bad images, with a count per status
 * @param seconds wall-clock seconds by stage
 * @param quality label-free quality
 * @param method the method's provenance: its choices, objective, histories
 * @param remarks sentences that a reader should see
 * @param versions by component
 */
public record RunRecord(
    String run,
    String title,
    String created,
    List<String> command,
    Map<String, String> options,
    String methodName,
    int clusters,
    long seed,
    Map<String, Object> model,
    Map<String, Object> vocabulary,
    Counts counts,
    Map<String, Double> seconds,
    Map<String, Object> quality,
    Map<String, Object> method,
    List<String> remarks,
    Map<String, String> versions) {
  /** {@code listed = embedded + bad}. */
  public record Counts(long listed, long embedded, long bad, Map<String, Long> statuses) {}

  /** What the last line on stdout says of the run. */
  public Map<String, Object> summary(String output) {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("run", run);
    summary.put("output", output);
    summary.put("method", methodName);
    summary.put("clusters", clusters);
    summary.put("counts", counts);
    summary.put("seconds", seconds.values().stream().mapToDouble(Double::doubleValue).sum());
    summary.put("quality", quality);
    return summary;
  }
}
