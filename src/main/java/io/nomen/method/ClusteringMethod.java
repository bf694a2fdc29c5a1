package io.nomen.method;

/**
 * A way to cluster images by their embeddings.
 *
 * <p>A method is deterministic: the same input and seed give the same clusters on any number of
 * cores. Clusters are numbered from the largest to the smallest, equals by their first row; classes
 * that were given keep their order.
 */
public interface ClusteringMethod {
  /** The word that names the method on the command line and in {@code run.json}. */
  String name();

  /** Whether {@link MethodInput#nouns()} must be there. */
  boolean needsNouns();

  /**
   * Clusters the rows of {@code input}.
   *
   * @throws io.nomen.NomenException where the input cannot be clustered as asked, with one sentence
   *     that says why
   */
  Clustering cluster(MethodInput input);
}
