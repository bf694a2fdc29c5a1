package io.nomen.run;

import ai.djl.engine.Engine;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.nomen.method.Findings;
import io.nomen.store.Json;
import io.nomen.tensor.Torch;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SortedMap;
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
 * @param language of the pages' own words, where one was asked for
 * @param seconds wall-clock seconds by stage
 * @param method what the method found out, and how the job came to its clusters
 * @param remarks sentences that a reader should see
 * @param versions by component
 */
public record RunRecord(
    String run,
    String title,
    String created,
    List<String> command,
    Map<String, String> options,
    Optional<String> language,
    String methodName,
    int clusters,
    long seed,
    ModelFacts model,
    VocabularyFacts vocabulary,
    Counts counts,
    Map<String, Double> seconds,
    QualityFacts quality,
    MethodFacts method,
    List<String> remarks,
    Map<String, String> versions) {

  public RunRecord {
    // Earlier versions did not tell it.
    language = language == null ? Optional.empty() : language;
  }

  /** What is told of the method, of this kind. */
  public <T extends Record & Findings.Part> Optional<T> part(Class<T> kind) {
    return method.part(kind);
  }

  /**
   * The model that made the embeddings; id and location are empty where they were given.
   *
   * @param digest of its weights and settings, where it is known
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record ModelFacts(
      Optional<String> id, Optional<String> location, Optional<String> digest) {
    public static final ModelFacts NONE =
        new ModelFacts(Optional.empty(), Optional.empty(), Optional.empty());

    /** Of embeddings that were given. */
    public static ModelFacts known(Optional<String> digest) {
      return new ModelFacts(Optional.empty(), Optional.empty(), digest);
    }

    public static ModelFacts of(String id, String location, String digest) {
      return new ModelFacts(Optional.of(id), Optional.of(location), Optional.of(digest));
    }
  }

  /**
   * The nouns.
   *
   * @param nouns how many there are
   * @param source where they are from, for people
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record VocabularyFacts(OptionalInt nouns, Optional<String> source) {}

  /** {@code listed = embedded + bad}. */
  public record Counts(long listed, long embedded, long bad, Map<String, Long> statuses) {}

  /**
   * Quality without labels.
   *
   * @param silhouette −1 to 1
   * @param meanConfidence 0 to 1
   * @param neighbourConsistency 0 to 1; empty for a single image
   * @param largestCluster images
   * @param smallestCluster images
   * @param stability mean adjusted Rand index between restarts, in per cent; empty for one start
   * @param stabilityRestarts how many these were
   */
  @JsonNaming(SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  @JsonPropertyOrder(alphabetic = true)
  public record QualityFacts(
      double silhouette,
      double meanConfidence,
      OptionalDouble neighbourConsistency,
      long largestCluster,
      long smallestCluster,
      OptionalDouble stability,
      OptionalInt stabilityRestarts) {

    /** The figures by the names that the file has, in words. */
    public Map<String, Double> figures() {
      Map<String, Double> figures = new LinkedHashMap<>();
      Json.mapper()
          .convertValue(this, new TypeReference<Map<String, Double>>() {})
          .forEach((name, value) -> figures.put(name.replace('_', ' '), value));
      return figures;
    }
  }

  /**
   * Findings as the file holds them: those with a {@link JsonTypeName} are objects under it, and
   * the numbers of all others lie side by side. What this version does not know stays as it is.
   */
  public static final class MethodFacts {
    private final SortedMap<String, JsonNode> json;

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    MethodFacts(Map<String, JsonNode> json) {
      this.json = new TreeMap<>(json);
      // Its name in earlier versions.
      Optional.ofNullable(this.json.remove("gate"))
          .ifPresent(told -> this.json.put("text_agreement", told));
    }

    public static MethodFacts of(Findings findings) {
      Map<String, JsonNode> json = new TreeMap<>();
      for (Findings.Part part : findings.parts()) {
        JsonTypeName own = part.getClass().getAnnotation(JsonTypeName.class);
        JsonNode told = Json.mapper().valueToTree(part);
        if (own == null) {
          told.fields().forEachRemaining(field -> json.put(field.getKey(), field.getValue()));
        } else {
          json.put(own.value(), told);
        }
      }
      return new MethodFacts(json);
    }

    @JsonValue
    Map<String, JsonNode> json() {
      return json;
    }

    /** The part of this kind, where it is told whole. */
    <T extends Record & Findings.Part> Optional<T> part(Class<T> kind) {
      JsonTypeName own = kind.getAnnotation(JsonTypeName.class);
      if (own != null) {
        return Optional.ofNullable(json.get(own.value()))
            .map(told -> Json.mapper().convertValue(told, kind));
      }
      SnakeCaseStrategy names = new SnakeCaseStrategy();
      return Arrays.stream(kind.getRecordComponents())
              .filter(component -> component.getType() != Optional.class)
              .allMatch(component -> json.containsKey(names.translate(component.getName())))
          ? Optional.of(Json.mapper().convertValue(json, kind))
          : Optional.empty();
    }
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
