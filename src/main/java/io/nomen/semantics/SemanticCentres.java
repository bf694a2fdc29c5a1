package io.nomen.semantics;

import io.nomen.NomenException;
import io.nomen.kmeans.SphericalKMeans;
import io.nomen.tensor.InnerProducts;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.TopK;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;

/** Where the images gather: more centres than clusters, so that each means one thing. */
public final class SemanticCentres {
  /** Images per semantic centre (TAC's published settings: N/300). */
  private static final double ROWS_PER_CENTRE = 300;

  /** Centres per cluster where images are few (TAC's settings for DTD and UCF-101). */
  private static final int CENTRES_PER_CLUSTER = 3;

  /**
   * Most centres that the rule asks for: those of three million images. More take time with the
   * square of the images, and a few hundred clusters gain nothing by them.
   */
  private static final int MOST = 10_000;

  private SemanticCentres() {}

  /**
   * k by the rule that TAC's published settings show: N/300 rounded, or 3 K where N/300 is below K;
   * at most {@value #MOST}, or K where that is more, and never more than N.
   */
  public static int automatic(long rows, int clusters) {
    double perRows = rows / ROWS_PER_CENTRE;
    long wanted = perRows < clusters ? (long) CENTRES_PER_CLUSTER * clusters : Math.round(perRows);
    long bounded = Math.min(wanted, Math.max(MOST, clusters));
    return Math.toIntExact(Math.max(1, Math.min(bounded, rows)));
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

  /**
   * The outside knowledge that is about these images: where they gather, and the nouns that tell
   * those places apart (TAC, arXiv 2310.11989, section 3.1).
   *
   * @param centres [k, d] the semantic centres, unit rows
   * @param selected [m] numbers of the selected nouns in the whole vocabulary, rising
   * @param nouns the selected nouns themselves, m of them
   */
  public record SemanticSpace(Matrix centres, int[] selected, NounMatrix nouns)
      implements Serializable {}

  /**
   * How the semantic space is found and used (TAC, arXiv 2310.11989, section 3.1; the values are
   * the paper's).
   *
   * @param centres k; empty for the rule of {@link SemanticCentres#automatic}
   * @param kmeans for the semantic centres
   * @param nounsPerCentre γ, how many nouns a centre keeps
   * @param temperature of the softmax that weighs the nouns in a text counterpart
   */
  public record SemanticOptions(
      OptionalInt centres, SphericalKMeans.Options kmeans, int nounsPerCentre, double temperature) {

    public SemanticOptions {
      if (centres.isPresent() && centres.getAsInt() < 1) {
        throw NomenException.usage(
            "--semantic-centres is %d; give auto or a number from 1."
                .formatted(centres.getAsInt()));
      }
      if (nounsPerCentre < 1) {
        throw NomenException.usage(
            "A semantic centre keeps %d nouns; give a number from 1.".formatted(nounsPerCentre));
      }
      if (!(temperature > 0)) {
        throw NomenException.usage(
            "The temperature of the text counterparts is %s; give a number above 0."
                .formatted(temperature));
      }
    }

    public static SemanticOptions defaults() {
      return new SemanticOptions(
          OptionalInt.empty(), SphericalKMeans.Options.withRestarts(3), 5, 0.005);
    }
  }

  /**
   * Chooses the nouns that tell semantic centres apart (TAC, arXiv 2310.11989, section 3.1).
   *
   * <p>Every noun is classified over the centres, {@code P = softmax over centres of cosine} at
   * temperature 1, and belongs to its most probable centre; every centre keeps the few of its own
   * that are most probable. A noun near every centre is as probable under each and says nothing.
   */
  public static final class NounSelection {
    private NounSelection() {}

    private record Candidate(int noun, double probability) {}

    /**
     * Numbers of the chosen nouns, rising; at least one, at most {@code perCentre} for each centre.
     *
     * @param centres [k, d], unit rows
     */
    public static int[] select(Matrix centres, NounMatrix nouns, int perCentre) {
      if (centres.width() != nouns.embeddings().width()) {
        throw NomenException.input(
            "The images' embeddings have %d columns and the nouns' have %d; use one model for both."
                .formatted(centres.width(), nouns.embeddings().width()));
      }
      return owned(centres, nouns.embeddings()).stream()
          .flatMap(
              own ->
                  own.stream()
                      .sorted(
                          Comparator.comparingDouble(Candidate::probability)
                              .reversed()
                              .thenComparingInt(Candidate::noun))
                      .limit(perCentre))
          .mapToInt(Candidate::noun)
          .sorted()
          .toArray();
    }

    /** For every centre the nouns that belong to it. */
    private static List<List<Candidate>> owned(Matrix centres, Matrix nouns) {
      int count = centres.rows();
      List<List<Candidate>> owned = new ArrayList<>();
      for (int c = 0; c < count; c++) {
        owned.add(new ArrayList<>());
      }
      try (InnerProducts products = new InnerProducts(centres)) {
        products.of(
            nouns.block(),
            (from, rows, cosines) -> {
              for (int i = 0; i < rows; i++) {
                int best = TopK.first(cosines, i * count, count);
                double share = TopK.softmax(cosines, i * count, count, best, 1);
                owned.get(best).add(new Candidate(from + i, share));
              }
            });
      }
      return owned;
    }
  }
}
