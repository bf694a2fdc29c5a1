package io.nomen.method;

import io.nomen.kmeans.Centres;
import io.nomen.kmeans.SphericalKMeans;
import io.nomen.semantics.SemanticSpace;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;

/** Puts together the result of a method that ends in centres. */
final class CentreClustering {
  private CentreClustering() {}

  /** Computes {@code assignments} and keeps them; what they are made from may go afterwards. */
  static Clustering of(
      FittedModel model,
      JavaRDD<AssignmentBlock> assignments,
      SphericalKMeans.Fit fit,
      Optional<SemanticSpace> semantics) {
    JavaRDD<AssignmentBlock> kept = assignments.persist(StorageLevel.MEMORY_AND_DISK());
    ClusterSizes sizes = ClusterSizes.of(kept, model.clusters());
    Map<String, Object> quality =
        Map.of(
            "objective", fit.best().objective(),
            "objectives", fit.finished().stream().map(Centres::objective).toList(),
            "passes", fit.passes(),
            "mean_confidence", sizes.meanConfidence());
    return new Clustering(kept, sizes.rows(), model, semantics, quality);
  }

  /** A model for each of the starts that were carried to the end. */
  static List<FittedModel> models(SphericalKMeans.Fit fit, Function<Matrix, FittedModel> model) {
    return fit.finished().stream().map(centres -> model.apply(centres.rows())).toList();
  }
}
