package io.nomen.method;

import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;

/**
 * Whether these images fall into groups as unequal as they come: Nomen's own methods ask before
 * they cluster, and take average linkage in the space of {@code nomen-no-train} where it separates
 * the images better than k-means of the images does.
 *
 * <p>Both are judged by their silhouettes among the centred images alone. In the space that is
 * linked linkage would judge itself, and texts and smoothing would flatter it.
 *
 * @param taken whether it is to be linkage
 * @param silhouette linkage's
 * @param ofKmeans that of k-means of the images
 * @param space that of {@code nomen-no-train}
 * @param centres [K, width] what linkage found there
 */
record LinkageChoice(
    boolean taken, double silhouette, double ofKmeans, NomenSpace space, Matrix centres) {

  /**
   * The clusters of linkage where they are taken, else the others; either tells of the choice.
   *
   * @param space how the space of {@code nomen-no-train} is made; asked for only where it is needed
   * @param fused the rows of {@code inputs} in the space of {@code nomen-no-train}, before
   *     smoothing
   * @param smoothed and after it, where that is known already; only what is needed is smoothed
   * @param otherwise how the method clusters without linkage
   */
  static Clustering linkedOr(
      MethodInput input,
      NomenInputs inputs,
      Supplier<NomenSpace> space,
      RowBlocks fused,
      Optional<RowBlocks> smoothed,
      Supplier<Clustering> otherwise) {
    Optional<LinkageChoice> choice = of(input, inputs, space, fused, smoothed);
    Clustering clustering =
        choice
            .filter(LinkageChoice::taken)
            .map(linkage -> linkage.clustering(input, inputs, smoothed))
            .orElseGet(otherwise);
    choice.ifPresent(linkage -> clustering.quality().put("linkage", linkage.told()));
    return clustering;
  }

  /** Links a sample, and compares; empty where linkage does not come into question at all. */
  private static Optional<LinkageChoice> of(
      MethodInput input,
      NomenInputs inputs,
      Supplier<NomenSpace> space,
      RowBlocks fused,
      Optional<RowBlocks> smoothed) {
    Linkage wanted = input.options().training().linkage();
    if (wanted == Linkage.NEVER
        || !LinkedGroups.possible(inputs.images().rows(), input.clusters())) {
      return Optional.empty();
    }
    input.progress().at("average linkage", 0, 1);
    NomenSpace made = space.get();
    LinkedGroups linked =
        LinkedGroups.find(
            smoothed.orElse(fused),
            smoothed.isPresent() ? UnaryOperator.identity() : made::smoothed,
            inputs.images(),
            input.clusters(),
            input.seed());
    double silhouette = linked.silhouette();
    double ofKmeans = linked.silhouetteOf(inputs.gate().imageGroups());
    input.progress().at("average linkage", 1, 1);
    return Optional.of(
        new LinkageChoice(
            wanted == Linkage.ALWAYS || silhouette > ofKmeans,
            silhouette,
            ofKmeans,
            made,
            linked.centres()));
  }

  /** What {@code run.json} tells. */
  private Map<String, Object> told() {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("taken", taken);
    told.put("silhouette", silhouette);
    told.put("silhouette_of_kmeans", ofKmeans);
    return told;
  }

  /**
   * The clusters of linkage, largest first; new rows go to the nearest mean.
   *
   * @param smoothed all rows in {@link #space}, where that is known already
   */
  private Clustering clustering(
      MethodInput input, NomenInputs inputs, Optional<RowBlocks> smoothed) {
    NomenNoTrainModel unordered = new NomenNoTrainModel(space, centres);
    RowBlocks rows = unordered.rows(input, smoothed).persist(StorageLevel.MEMORY_AND_DISK());
    int[] order = ClusterSizes.of(unordered.assignSmoothed(rows), unordered.clusters()).order();
    NomenNoTrainModel model = new NomenNoTrainModel(space, centres.select(order));
    JavaRDD<AssignmentBlock> assigned =
        model.assignSmoothed(rows).persist(StorageLevel.MEMORY_AND_DISK());
    ClusterSizes sizes = ClusterSizes.of(assigned, model.clusters());
    rows.unpersist();
    Map<String, Object> quality = new LinkedHashMap<>();
    quality.put("mean_confidence", sizes.meanConfidence());
    quality.put("neighbours", inputs.lists().report());
    Clustering clustering =
        new Clustering(assigned, sizes.rows(), model, Optional.of(inputs.semantics()), quality);
    quality.put("gate", inputs.gate().told(clustering));
    return clustering;
  }
}
