package io.nomen.semantics;

import io.nomen.kmeans.SphericalKMeans;
import io.nomen.tensor.RowBlocks;

/** Where the images gather: more centres than clusters, so that each means one thing. */
public final class SemanticCentres {
  /** Images per semantic centre (TAC's published settings: N/300). */
  private static final double ROWS_PER_CENTRE = 300;

  /** Centres per cluster where images are few (TAC's settings for DTD and UCF-101). */
  private static final int CENTRES_PER_CLUSTER = 3;

  private SemanticCentres() {}

  /**
   * k by the rule that TAC's published settings show: N/300 rounded, or 3 K where N/300 is below K,
   * and never more than N.
   */
  public static int automatic(long rows, int clusters) {
    double perRows = rows / ROWS_PER_CENTRE;
    long wanted = perRows < clusters ? (long) CENTRES_PER_CLUSTER * clusters : Math.round(perRows);
    return Math.toIntExact(Math.max(1, Math.min(wanted, rows)));
  }

  /**
   * The semantic centres of {@code embeddings} and the nouns that they select.
   *
   * @param embeddings [N, d], unit rows; persisted by the caller
   * @param clusters K, for the rule of {@link #automatic}
   */
  public static SemanticSpace find(
      RowBlocks embeddings, NounMatrix nouns, int clusters, SemanticOptions options, long seed) {
    int wanted = options.centres().orElseGet(() -> automatic(embeddings.rows(), clusters));
    int count = (int) Math.min(wanted, embeddings.rows());
    SphericalKMeans.Fit fit = SphericalKMeans.fit(embeddings, count, options.kmeans(), seed);
    int[] selected = NounSelection.select(fit.best().rows(), nouns, options.nounsPerCentre());
    return new SemanticSpace(fit.best().rows(), selected, nouns.select(selected));
  }
}
