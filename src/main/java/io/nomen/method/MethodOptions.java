package io.nomen.method;

import io.nomen.kmeans.SphericalKMeans;
import io.nomen.semantics.SemanticCentres.SemanticOptions;
import io.nomen.semantics.SubspaceWidth;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Every choice that a method may have. Defaults are the papers', but for the restarts of k-means:
 * the papers' 20 find no better clusters than 10 that start with {@code k-means||}.
 *
 * @param kmeans for the clusters themselves
 * @param semantics for the semantic space and the text counterparts
 * @param training for methods with a head
 * @param subspace how many axes of the noun subspace images are seen along; empty for the method's
 *     own choice
 */
public record MethodOptions(
    SphericalKMeans.Options kmeans,
    SemanticOptions semantics,
    TrainingOptions training,
    Optional<SubspaceWidth> subspace) {

  /** Options with each method's own subspace. */
  public MethodOptions(
      SphericalKMeans.Options kmeans, SemanticOptions semantics, TrainingOptions training) {
    this(kmeans, semantics, training, Optional.empty());
  }

  public static MethodOptions defaults() {
    return new MethodOptions(
        SphericalKMeans.Options.withRestarts(10),
        SemanticOptions.defaults(),
        TrainingOptions.defaults());
  }

  /**
   * How heads are trained; what is empty takes the method's own value.
   *
   * @param epochs how often the training rows are gone through
   * @param batchSize rows per step
   * @param neighbours how many nearest rows a row may be paired with
   * @param contrast temperature of the contrast between clusters, for TAC and Nomen
   * @param replicas heads trained with other seeds, of which the one with the lowest loss counts
   * @param shards parts of the training rows that take steps side by side
   * @param localSteps steps of a shard between two exchanges
   * @param trainMax most rows that heads are trained on
   * @param linkage whether Nomen's own methods may end in average linkage
   * @param mapping how SIC's clusters get their semantic centres
   */
  public record TrainingOptions(
      OptionalInt epochs,
      OptionalInt batchSize,
      OptionalInt neighbours,
      OptionalDouble contrast,
      OptionalInt replicas,
      int shards,
      int localSteps,
      int trainMax,
      Linkage linkage,
      SicMapping mapping) {

    public static TrainingOptions defaults() {
      return new TrainingOptions(
          OptionalInt.empty(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          OptionalDouble.empty(),
          OptionalInt.empty(),
          1,
          1,
          1_000_000,
          Linkage.AUTO,
          SicMapping.ADJUSTED);
    }
  }

  /** Whether Nomen's own methods may end in average linkage. */
  public enum Linkage {
    /** Where it separates the images better than what they end in otherwise. */
    AUTO,
    /** Wherever there are enough images. */
    ALWAYS,
    NEVER;

    /** As the command line says it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
