package io.nomen.method;

import io.nomen.NomenException;

/**
 * A way to cluster images by their embeddings.
 *
 * <p>A method is deterministic: the same input and seed give the same clusters on any number of
 * cores. Clusters are numbered from the largest to the smallest, equals by their first row; classes
 * that were given keep their order.
 */
public abstract class ClusteringMethod {
  private final String name;
  private final boolean needsNouns;

  ClusteringMethod(String name, boolean needsNouns) {
    this.name = name;
    this.needsNouns = needsNouns;
  }

  /** The word that names the method on the command line and in {@code run.json}. */
  public final String name() {
    return name;
  }

  /** Whether {@link MethodInput#nouns()} must be there. */
  public final boolean needsNouns() {
    return needsNouns;
  }

  /** Whether {@link MethodInput#second()} is used where it is there. */
  public boolean takesTwoSpaces() {
    return false;
  }

  /**
   * Clusters the rows of {@code input}.
   *
   * @throws NomenException where the input cannot be clustered as asked, with one sentence that
   *     says why
   */
  public abstract Clustering cluster(MethodInput input);
}
