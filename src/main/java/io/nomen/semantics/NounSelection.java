package io.nomen.semantics;

import io.nomen.NomenException;
import io.nomen.tensor.InnerProducts;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.TopK;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Chooses the nouns that tell semantic centres apart (TAC, arXiv 2310.11989, section 3.1).
 *
 * <p>Every noun is classified over the centres, {@code P = softmax over centres of cosine} at
 * temperature 1, and belongs to its most probable centre; every centre keeps the few of its own
 * that are most probable. A noun near every centre is as probable under each and says nothing.
 */
public final class NounSelection {
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
