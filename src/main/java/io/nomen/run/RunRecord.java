package io.nomen.run;

import ai.djl.engine.Engine;
import io.nomen.method.Findings;
import io.nomen.store.Json;
import io.nomen.tensor.Torch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.spark.package$;

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
 * @param method the method's {@link Findings} in one object, and what the job adds
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
  /** Parts of findings that are objects of their own, by their names. */
  private static final Map<Class<? extends Findings.Part>, String> NESTED =
      Map.of(
          Findings.TextGate.class, "gate",
          Findings.LinkageComparison.class, "linkage",
          Findings.Subspace.class, "subspace");

  /** The other parts that are read again, by a field that no other has. */
  private static final Map<Class<? extends Findings.Part>, String> FLAT =
      Map.of(
          Findings.Confidence.class, "mean_confidence",
          Findings.KMeans.class, "objective",
          Findings.Training.class, "loss",
          Findings.SemanticConsistency.class, "risk_bound",
          Findings.Classes.class, "empty_classes");

  /** {@code listed = embedded + bad}. */
  public record Counts(long listed, long embedded, long bad, Map<String, Long> statuses) {}

  /** Findings as {@code run.json} holds them: the numbers of most parts side by side. */
  public static Map<String, Object> flat(Findings findings) {
    Map<String, Object> flat = new TreeMap<>();
    for (Findings.Part part : findings.parts()) {
      String own = NESTED.get(part.getClass());
      if (own == null) {
        Json.mapper()
            .valueToTree(part)
            .fields()
            .forEachRemaining(field -> flat.put(field.getKey(), field.getValue()));
      } else {
        flat.put(own, Json.mapper().convertValue(part, Map.class));
      }
    }
    return flat;
  }

  /** What the method found out, as far as this version knows it. */
  public Findings findings() {
    List<Findings.Part> parts = new ArrayList<>();
    FLAT.forEach(
        (kind, known) -> {
          if (method.containsKey(known)) {
            parts.add(Json.mapper().convertValue(method, kind));
          }
        });
    NESTED.forEach(
        (kind, own) -> {
          if (method.containsKey(own)) {
            parts.add(Json.mapper().convertValue(method.get(own), kind));
          }
        });
    return new Findings(parts);
  }

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

  /** Seconds by stage, in the order of the stages. */
  public static final class Stopwatch {
    private final Map<String, Double> seconds = new LinkedHashMap<>();

    public <T> T time(String stage, Supplier<T> work) {
      long began = System.nanoTime();
      try {
        return work.get();
      } finally {
        seconds.merge(stage, (System.nanoTime() - began) / 1e9, Double::sum);
      }
    }

    /** Rounded to milliseconds: more would be noise. */
    public Map<String, Double> seconds() {
      Map<String, Double> rounded = new LinkedHashMap<>();
      seconds.forEach((stage, value) -> rounded.put(stage, Math.round(value * 1000) / 1000.0));
      return rounded;
    }
  }

  /** What a run ran on, for its record and the banner. */
  public static final class Platform {
    private Platform() {}

    /** Versions by component, Nomen's own first. */
    public static Map<String, String> versions() {
      Map<String, String> versions = new LinkedHashMap<>();
      versions.put("Nomen", nomenVersion());
      versions.put("Spark", package$.MODULE$.SPARK_VERSION());
      versions.put("Scala", scala.util.Properties.versionNumberString());
      versions.put("Java", Runtime.version().toString());
      versions.put("DJL", Engine.getDjlVersion());
      versions.put("libtorch", Torch.version());
      return versions;
    }

    /** Nomen's own version, which decides like an option what a stage writes. */
    public static String nomenVersion() {
      String version = Platform.class.getPackage().getImplementationVersion();
      return version == null ? "development" : version;
    }
  }
}
