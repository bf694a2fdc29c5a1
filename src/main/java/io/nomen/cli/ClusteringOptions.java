package io.nomen.cli;

import io.nomen.NomenException;
import io.nomen.kmeans.SphericalKMeans;
import io.nomen.method.ClusteringMethod;
import io.nomen.method.MethodOptions;
import io.nomen.method.MethodOptions.Linkage;
import io.nomen.method.MethodOptions.TrainingOptions;
import io.nomen.method.Methods;
import io.nomen.method.SicMapping;
import io.nomen.semantics.SemanticCentres.SemanticOptions;
import io.nomen.semantics.SubspaceWidth;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** How images are clustered. */
final class ClusteringOptions {
  static final String DEFAULT_METHOD = "nomen";

  @Option(
      names = "--clusters",
      paramLabel = "K|auto",
      description = "How many clusters; auto chooses by label-free quality.")
  String clusters = "";

  @Option(
      names = "--method",
      paramLabel = "METHOD",
      defaultValue = DEFAULT_METHOD,
      description = "How to cluster; the README lists the methods (default: ${DEFAULT-VALUE}).")
  String method;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      defaultValue = "0",
      description = "Same input, options and seed give the same tables (default: 0).")
  long seed;

  @Option(
      names = "--kmeans-restarts",
      paramLabel = "COUNT",
      defaultValue = "20",
      description = "Starts of the final k-means, of which the best counts (default: 20).")
  int restarts;

  @Option(
      names = "--semantic-centres",
      paramLabel = "COUNT|auto",
      defaultValue = "auto",
      description =
          "Centres that nouns are chosen by; auto is N/300, at most 10,000, or 3 K if N/300 is less"
              + " than K (default: auto).")
  String semanticCentres;

  @Option(
      names = "--epochs",
      paramLabel = "COUNT|auto",
      defaultValue = "auto",
      description =
          "Passes over the rows when heads are trained; 20 steps each for nomen and turtle"
              + " (default: the method's own).")
  String epochs;

  @Option(
      names = "--train-batch",
      paramLabel = "ROWS|auto",
      defaultValue = "auto",
      description = "Rows per step when heads are trained (default: the method's own).")
  String trainBatch;

  @Option(
      names = "--neighbours",
      paramLabel = "COUNT|auto",
      defaultValue = "auto",
      description =
          "Nearest images that an image may be paired with in training (default: the method's"
              + " own).")
  String neighbours;

  @Option(
      names = "--contrast-temperature",
      paramLabel = "NUMBER|auto",
      defaultValue = "auto",
      description =
          "For tac: temperature of the contrast between clusters (default: the method's own).")
  String contrast;

  @Option(
      names = "--replicas",
      paramLabel = "COUNT|auto",
      defaultValue = "auto",
      description =
          "Heads trained with other seeds, of which the lowest loss counts; auto is 3 for nomen on"
              + " up to 8,192 images (or 16 K, if that is more), else 1 (default: auto).")
  String replicas;

  @Option(
      names = "--shards",
      paramLabel = "COUNT",
      defaultValue = "1",
      description = "Parts of the rows whose gradients are summed in a step (default: 1).")
  int shards;

  @Option(
      names = "--local-steps",
      paramLabel = "COUNT",
      defaultValue = "1",
      description = "Steps of a shard between two exchanges (default: 1).")
  int localSteps;

  @Option(
      names = "--train-max",
      paramLabel = "ROWS",
      defaultValue = "1000000",
      description = "Most rows that heads are trained on (default: 1000000).")
  int trainMax;

  @Option(
      names = "--duplicate-cosine",
      paramLabel = "0..1|off",
      defaultValue = "0.97",
      description =
          "Images whose embeddings are at least so alike count as near-duplicates; off leaves them"
              + " and outlier scores out (default: 0.97).")
  String duplicateCosine;

  @Option(
      names = "--subspace",
      paramLabel = "auto|off|AXES",
      description =
          "For kmeans, nomen and nomen-no-train: how many axes along which nouns differ the images"
              + " are seen along; auto takes those with 92 %% of the nouns' variance (default: off"
              + " for kmeans, auto for the others).")
  Optional<String> subspace = Optional.empty();

  @Option(
      names = "--second-embeddings",
      paramLabel = "EMB",
      description =
          "For turtle: a folder with the same images' embeddings by another model, the second"
              + " space (default: the second column that --second-model made).")
  Optional<String> secondEmbeddings = Optional.empty();

  @Option(
      names = "--linkage",
      paramLabel = "auto|always|never",
      defaultValue = "auto",
      description =
          "For nomen and nomen-no-train: average linkage, which takes classes of unequal sizes as"
              + " they come, where it separates the images better; always; or never (default:"
              + " auto).")
  String linkage;

  @Option(
      names = "--mapping",
      paramLabel = "direct|center|adjusted",
      defaultValue = "adjusted",
      description =
          "For sic: semantic centres from the nouns of single images, around k-means centres, or"
              + " around the surest images anew every epoch (default: adjusted).")
  String mapping;

  void check(Violations violations, boolean needsClusters) {
    violations.require(
        !needsClusters || !clusters.isEmpty(), "Missing: --clusters K, or --clusters auto.");
    violations.require(
        clusters.isEmpty() || clusters.matches("auto|[1-9]\\d{0,6}"),
        "--clusters is \"%s\"; give a number from 1, or auto.".formatted(clusters));
    try {
      Methods.named(method);
    } catch (NomenException e) {
      violations.add(
          "--method: "
              + e.getMessage().replaceAll("\\.$", "")
              + Violations.suggestion(method, Methods.all().stream().map(ClusteringMethod::name))
              + ".");
    }
    violations.atLeast("--kmeans-restarts", restarts, 1);
    violations.require(
        replicas.matches("auto|[1-9]\\d{0,3}"),
        "--replicas is \"%s\"; give a number from 1, or auto.".formatted(replicas));
    violations.atLeast("--shards", shards, 1);
    violations.atLeast("--local-steps", localSteps, 1);
    violations.atLeast("--train-max", trainMax, 2);
    violations.require(
        semanticCentres.matches("auto|[1-9]\\d{0,6}"),
        "--semantic-centres is \"%s\"; give a number from 1, or auto.".formatted(semanticCentres));
    violations.require(
        duplicateCosine.matches("off|0|1|[01][.]\\d{1,9}")
            && (duplicateCosine.equals("off") || Double.parseDouble(duplicateCosine) <= 1),
        "--duplicate-cosine is \"%s\"; give a number from 0 to 1, or off."
            .formatted(duplicateCosine));
    violations.require(
        Arrays.stream(SicMapping.values()).anyMatch(known -> known.word().equals(mapping)),
        "--mapping is \"%s\"; give direct, center or adjusted.".formatted(mapping));
    violations.require(
        Arrays.stream(Linkage.values()).anyMatch(known -> known.word().equals(linkage)),
        "--linkage is \"%s\"; give auto, always or never.".formatted(linkage));
    violations.require(
        subspace.isEmpty() || subspace.get().matches("auto|off|[1-9]\\d{0,5}"),
        "--subspace is \"%s\"; give auto, off or a number from 1.".formatted(subspace.orElse("")));
    violations.require(
        subspace.isEmpty() || method.matches("kmeans|nomen|nomen-no-train"),
        "--subspace is for kmeans, nomen and nomen-no-train; the papers' methods take embeddings as"
            + " they are.");
    violations.require(
        secondEmbeddings.isEmpty()
            || Methods.all().stream()
                .filter(ClusteringMethod::takesTwoSpaces)
                .anyMatch(takes -> takes.name().equals(method)),
        "--second-embeddings is for --method turtle; leave it away.");
    violations.require(
        trainBatch.matches("auto|[1-9]\\d{0,6}"),
        "--train-batch is \"%s\"; give a number from 1, or auto.".formatted(trainBatch));
    violations.require(
        neighbours.matches("auto|[1-9]\\d{0,4}"),
        "--neighbours is \"%s\"; give a number from 1, or auto.".formatted(neighbours));
    violations.require(
        contrast.matches("auto|\\d{1,4}(\\.\\d{1,6})?") && !contrast.matches("[0.]*"),
        "--contrast-temperature is \"%s\"; give a number above 0, or auto.".formatted(contrast));
    violations.require(
        epochs.matches("auto|[1-9]\\d{0,4}"),
        "--epochs is \"%s\"; give a number from 1, or auto.".formatted(epochs));
  }

  OptionalInt clusters() {
    return number(clusters);
  }

  OptionalDouble duplicateCosine() {
    return duplicateCosine.equals("off")
        ? OptionalDouble.empty()
        : OptionalDouble.of(Double.parseDouble(duplicateCosine));
  }

  MethodOptions options() {
    SemanticOptions papers = SemanticOptions.defaults();
    return new MethodOptions(
        SphericalKMeans.Options.withRestarts(restarts),
        new SemanticOptions(
            number(semanticCentres),
            papers.kmeans(),
            papers.nounsPerCentre(),
            papers.temperature()),
        new TrainingOptions(
            number(epochs),
            number(trainBatch),
            number(neighbours),
            contrast.equals("auto")
                ? OptionalDouble.empty()
                : OptionalDouble.of(Double.parseDouble(contrast)),
            number(replicas),
            shards,
            localSteps,
            trainMax,
            Linkage.valueOf(linkage.toUpperCase(Locale.ROOT)),
            SicMapping.valueOf(mapping.toUpperCase(Locale.ROOT))),
        subspace.map(SubspaceWidth::new));
  }

  private static OptionalInt number(String word) {
    return word.isEmpty() || word.equals("auto")
        ? OptionalInt.empty()
        : OptionalInt.of(Integer.parseInt(word));
  }
}
