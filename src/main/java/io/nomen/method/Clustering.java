package io.nomen.method;

import io.nomen.semantics.SemanticSpace;
import io.nomen.tensor.AssignmentBlock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;

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
 * @param quality numbers about the fit, for {@code run.json}: simple values, lists and maps
 */
public record Clustering(
    JavaRDD<AssignmentBlock> assignments,
    long[] sizes,
    FittedModel model,
    Optional<SemanticSpace> semantics,
    List<int[]> centreNouns,
    List<FittedModel> restarts,
    Map<String, Object> quality)
    implements AutoCloseable {

  /** A clustering whose clusters are not made of nouns. */
  Clustering(
      JavaRDD<AssignmentBlock> assignments,
      long[] sizes,
      FittedModel model,
      Optional<SemanticSpace> semantics,
      Map<String, Object> quality) {
    this(assignments, sizes, model, semantics, List.of(), List.of(model), quality);
  }

  /** The same with the nouns that each cluster's centre was made of. */
  Clustering madeOf(List<int[]> nouns) {
    return new Clustering(assignments, sizes, model, semantics, nouns, restarts, quality);
  }

  /** The same with what came of other starts. */
  Clustering among(List<FittedModel> starts) {
    return new Clustering(
        assignments, sizes, model, semantics, centreNouns, List.copyOf(starts), quality);
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
