package io.nomen.method;

import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
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
   * @param space where rows are linked, in the same rows
   */
  Clustering better(Clustering flat, int[] clusters, SmoothedFusion space) {
    input.progress().at("average linkage", 0, 1);
    LinkedGroups linked =
        LinkedGroups.find(space.rows(), inputs.images(), input.clusters(), input.seed());
    double ofFlat = linked.silhouetteOf(clusters, input.seed());
    double ofLinked = linked.silhouette(input.seed());
    boolean taken = input.options().training().linkage() == Linkage.ALWAYS || ofLinked > ofFlat;
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("taken", taken);
    told.put("silhouette", ofLinked);
    told.put("silhouette_otherwise", ofFlat);
    input.progress().at("average linkage", 1, 1);
    if (!taken) {
      flat.quality().put("linkage", told);
      return flat;
    }
    flat.close();
    return clustering(linked.centres(), space, told);
  }

  private Clustering clustering(Matrix centres, SmoothedFusion space, Map<String, Object> told) {
    NomenSpace known = inputs.space(input, inputs.gate().shareWithoutTraining(), space.fused());
    NomenNoTrainModel unordered = new NomenNoTrainModel(known, centres);
    RowBlocks rows = unordered.rows(input, space).persist(StorageLevel.MEMORY_AND_DISK());
    int[] order = ClusterSizes.of(unordered.assignSmoothed(rows), centres.rows()).order();
    NomenNoTrainModel model = new NomenNoTrainModel(known, centres.select(order));
    JavaRDD<AssignmentBlock> assigned =
        model.assignSmoothed(rows).persist(StorageLevel.MEMORY_AND_DISK());
    ClusterSizes sizes = ClusterSizes.of(assigned, model.clusters());
    rows.unpersist();
    Map<String, Object> quality = new LinkedHashMap<>();
    quality.put("linkage", told);
    quality.put("mean_confidence", sizes.meanConfidence());
    quality.put("neighbours", space.lists().report());
    Clustering clustering =
        new Clustering(assigned, sizes.rows(), model, Optional.of(inputs.semantics()), quality);
    quality.put("gate", inputs.gate().told(clustering));
    return clustering;
  }
}
