package io.nomen.method;

import io.nomen.NomenException;
import io.nomen.Progress;
import io.nomen.heads.Checkpoints;
import io.nomen.kmeans.SphericalKMeans;
import io.nomen.neighbours.NeighbourLists;
import io.nomen.neighbours.Neighbours;
import io.nomen.neighbours.Neighbours.Search;
import io.nomen.semantics.NounMatrix;
import io.nomen.semantics.SemanticCentres;
import io.nomen.semantics.SemanticCentres.SemanticSpace;
import io.nomen.tensor.RowBlocks;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * What a method gets: never a label.
 *
 * @param embeddings [N, d] float32, unit rows; persisted by the caller, for methods go over them
 *     many times
 * @param norms [N, 1] length of each embedding before it was made a unit, in blocks of the same
 *     rows and partitions as {@code embeddings}; empty where they are not known
 * @param nouns the vocabulary, d wide; empty for methods without text
 * @param clusters K, how many clusters are wanted
 * @param options every choice but those above
 * @param seed one seed, one result
 * @param progress told how far the method is
 * @param checkpoints where methods with a head keep the state of their training
 * @param second [N, d₂] embeddings of the same images by another model, in the same order, with
 *     their own lengths; for methods that take two
 */
public record MethodInput(
    RowBlocks embeddings,
    Optional<RowBlocks> norms,
    Optional<NounMatrix> nouns,
    int clusters,
    MethodOptions options,
    long seed,
    Progress progress,
    Checkpoints checkpoints,
    Optional<RowBlocks> second) {

  /** A plain input: embeddings alone, default options, nobody told. */
  public static MethodInput of(RowBlocks embeddings, int clusters, long seed) {
    return new MethodInput(
        embeddings,
        Optional.empty(),
        Optional.empty(),
        clusters,
        MethodOptions.defaults(),
        seed,
        Progress.SILENT,
        Checkpoints.none(),
        Optional.empty());
  }

  /** The same with K = {@code wanted}. */
  public MethodInput withClusters(int wanted) {
    return new MethodInput(
        embeddings, norms, nouns, wanted, options, seed, progress, checkpoints, second);
  }

  /**
   * The nouns.
   *
   * @param who needs them, for the message when there are none
   */
  NounMatrix requireNouns(String who) {
    return nouns.orElseThrow(() -> NomenException.usage(who + " needs nouns; give --vocabulary."));
  }

  /**
   * Finds the semantic space.
   *
   * @param method who asks, for the message when there are no nouns
   */
  SemanticSpace semanticSpace(String method) {
    NounMatrix vocabulary = requireNouns("Method " + method);
    return progress.stage(
        "semantic centres",
        () -> SemanticCentres.find(embeddings, vocabulary, clusters, options.semantics(), seed));
  }

  /** k-means of {@code rows}, [N, d] unit rows, into the wanted clusters. */
  SphericalKMeans.Fit kmeans(String stage, RowBlocks rows) {
    return progress.stage(stage, () -> SphericalKMeans.fit(rows, clusters, options.kmeans(), seed));
  }

  /**
   * The nearest rows of every row.
   *
   * @param stage what progress calls the search
   * @param rows [N, d], unit rows
   * @param cells how many cells an inverted file has, where N is too large for an exact search
   * @param count how many neighbours per row
   */
  NeighbourLists neighbours(String stage, RowBlocks rows, int cells, int count) {
    return Neighbours.find(
        JavaSparkContext.fromSparkContext(rows.blocks().context()),
        rows,
        count,
        Search.auto(rows.rows(), cells),
        progress,
        stage);
  }
}
