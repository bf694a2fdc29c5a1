package io.nomen.method;

import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.RowBlocks;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;

/**
 * The last step of Nomen's own methods: what k-means or the heads gave, or average linkage in the
 * space of {@code nomen-no-train}, whichever separates the images better.
 *
 * <p>Both are judged by their silhouettes among the centred images alone. In the space that k-means
 * or linkage clusters they would judge themselves, and texts and smoothing would flatter them.
 */
record LinkageChoice(MethodInput input, NomenInputs inputs) {

  /** Whether linkage comes into question at all. */
  boolean open() {
    return input.options().training().linkage() != Linkage.NEVER
        && LinkedGroups.possible(inputs.images().rows(), input.clusters());
  }

  /**
   * The better one. What is left behind is closed.
   *
   * @param flat what k-means or the heads gave; its provenance takes both silhouettes
   * @param clusters [n] what it says of the rows of {@link #inputs}
   * @param space that of {@code nomen-no-train}
   * @param fused the same rows in it, before smoothing
   * @param smoothed and after it, where that is known already; only what is needed is smoothed
   */
  Clustering better(
      Clustering flat,
      int[] clusters,
      NomenSpace space,
      RowBlocks fused,
      Optional<RowBlocks> smoothed) {
    input.progress().at("average linkage", 0, 1);
    LinkedGroups linked =
        LinkedGroups.find(
            smoothed.orElse(fused),
            smoothed.isPresent() ? UnaryOperator.identity() : space::smoothed,
            inputs.images(),
            input.clusters(),
            input.seed());
    double ofFlat = linked.silhouetteOf(clusters, input.seed());
    double ofLinked = linked.silhouette(input.seed());
    boolean taken = input.options().training().linkage() == Linkage.ALWAYS || ofLinked > ofFlat;
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("taken", taken);
    told.put("silhouette", ofLinked);
    told.put("silhouette_otherwise", ofFlat);
    if (taken) {
      flat.close();
    }
    Clustering chosen =
        taken ? clustering(new NomenNoTrainModel(space, linked.centres()), smoothed) : flat;
    chosen.quality().put("linkage", told);
    input.progress().at("average linkage", 1, 1);
    return chosen;
  }

  private Clustering clustering(NomenNoTrainModel unordered, Optional<RowBlocks> smoothed) {
    RowBlocks rows = unordered.rows(input, smoothed).persist(StorageLevel.MEMORY_AND_DISK());
    int[] order = ClusterSizes.of(unordered.assignSmoothed(rows), unordered.clusters()).order();
    NomenNoTrainModel model =
        new NomenNoTrainModel(unordered.space(), unordered.centres().select(order));
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
