package io.nomen.method;

import io.nomen.kmeans.Centres;
import io.nomen.kmeans.SphericalKMeans;
import io.nomen.semantics.SemanticCentres.SemanticSpace;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;

/**
 * A method's result.
 *
 * @param assignments the cluster of every row, in row order; persisted until {@link #close}
 * @param sizes [K'] how many rows each cluster has, none of them 0 but for classes that were given;
 *     K' is below the wanted K only where there are not that many different rows
 * @param model what assigns new rows
 * @param semantics the semantic space, where the method used one
 * @param centreNouns [K'] numbers of the nouns that made each cluster's centre, the most telling
 *     first; empty where clusters are not made of nouns
 * @param restarts models of what the method found from other starts, the one that counts first; one
 *     where it starts once
 * @param findings what the method found out about the fit
 */
public record Clustering(
    JavaRDD<AssignmentBlock> assignments,
    long[] sizes,
    FittedModel model,
    Optional<SemanticSpace> semantics,
    List<int[]> centreNouns,
    List<FittedModel> restarts,
    Findings findings)
    implements AutoCloseable {

  /** Computes {@code assignments} and keeps them; what they are made from may go afterwards. */
  static Clustering of(
      JavaRDD<AssignmentBlock> assignments,
      FittedModel model,
      Optional<SemanticSpace> semantics,
      Findings findings) {
    JavaRDD<AssignmentBlock> kept = assignments.persist(StorageLevel.MEMORY_AND_DISK());
    ClusterSizes sizes = ClusterSizes.of(kept, model.clusters());
    return new Clustering(
        kept,
        sizes.rows(),
        model,
        semantics,
        List.of(),
        List.of(model),
        findings.and(new Findings.Confidence(sizes.meanConfidence())));
  }

  /** The same for a method that ends in k-means; {@code model} makes models of centres. */
  static Clustering of(
      JavaRDD<AssignmentBlock> assignments,
      SphericalKMeans.Fit fit,
      Function<Matrix, FittedModel> model,
      Optional<SemanticSpace> semantics) {
    Findings.KMeans found =
        new Findings.KMeans(
            fit.best().objective(),
            fit.finished().stream().map(Centres::objective).toList(),
            fit.passes());
    List<FittedModel> models =
        fit.finished().stream().map(centres -> model.apply(centres.rows())).toList();
    return of(assignments, models.get(0), semantics, Findings.of(found)).withRestarts(models);
  }

  /** The same with the nouns that each cluster's centre was made of. */
  Clustering withCentreNouns(List<int[]> nouns) {
    return new Clustering(assignments, sizes, model, semantics, nouns, restarts, findings);
  }

  /** The same with what came of other starts. */
  Clustering withRestarts(List<FittedModel> starts) {
    return new Clustering(
        assignments, sizes, model, semantics, centreNouns, List.copyOf(starts), findings);
  }

  /** The same with one finding more. */
  Clustering with(Findings.Part part) {
    return new Clustering(
        assignments, sizes, model, semantics, centreNouns, restarts, findings.and(part));
  }

  /** K', how many clusters there are. */
  public int clusters() {
    return sizes.length;
  }

  /** Frees what Spark holds of the assignments; the tables must be written before. */
  @Override
  public void close() {
    assignments.unpersist();
  }
}
