package io.nomen.method;

import io.nomen.semantics.NounMatrix;
import io.nomen.semantics.SemanticCentres.SemanticSpace;
import io.nomen.tensor.InnerProducts;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.MeanRow;
import io.nomen.tensor.TopK;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * SIC's semantic space (Cai et al., AAAI 2023, arXiv 2208.09849, section 3.2): nouns that are near
 * a cluster of images, without the general ones that are near the mean of all nouns.
 *
 * @param numbers [m] of the nouns in the whole vocabulary, rising
 * @param nouns the nouns themselves
 * @param unique whether general nouns were left out; not where fewer than K would have remained
 */
record SicSpace(int[] numbers, NounMatrix nouns, boolean unique) {
  /** γ_r, nouns that each centre brings. */
  private static final int NOUNS_PER_CENTRE = 500;

  /** Nouns that are told of a centre that all nouns of its images make. */
  private static final int SHOWN_VOTES = 30;

  /** γ_u: how far from the mean noun, in cosine, a noun must be. */
  private static final double LEAST_DISTANCE = 0.05;

  /**
   * The space of {@code centres}.
   *
   * @param centres [K, d], unit rows
   */
  static SicSpace of(Matrix centres, NounMatrix vocabulary) {
    int[] relevant = relevant(centres, vocabulary.embeddings());
    Matrix mean = MeanRow.of(vocabulary.embeddings()).unit();
    float[] general = products(mean, vocabulary.embeddings());
    int[] kept = Arrays.stream(relevant).filter(i -> general[i] < 1 - LEAST_DISTANCE).toArray();
    boolean enough = kept.length >= centres.rows();
    int[] chosen = enough ? kept : relevant;
    return new SicSpace(chosen, vocabulary.select(chosen), enough);
  }

  /**
   * For each of {@code centres} the mean of its {@code count} nearest nouns.
   *
   * @param centres [K, d], unit rows
   */
  Centres nearestMeans(Matrix centres, int count) {
    float[] cosines = products(centres, nouns.embeddings());
    List<int[]> nearest =
        IntStream.range(0, centres.rows())
            .mapToObj(k -> TopK.of(cosines, k * nouns.size(), nouns.size(), count))
            .toList();
    float[] means = new float[centres.rows() * centres.width()];
    for (int k = 0; k < nearest.size(); k++) {
      for (int noun : nearest.get(k)) {
        add(noun, 1, means, k);
      }
    }
    return new Centres(new Matrix(centres.rows(), centres.width(), means).unit(), nearest);
  }

  /**
   * For each group of rows the mean of the nouns that they took.
   *
   * @param taken [N] the noun that each row took
   * @param members rows of each group
   */
  Centres votedMeans(int[] taken, List<int[]> members) {
    int width = nouns.embeddings().width();
    float[] means = new float[members.size() * width];
    List<int[]> voted = new ArrayList<>();
    for (int k = 0; k < members.size(); k++) {
      int[] votes = new int[nouns.size()];
      for (int row : members.get(k)) {
        votes[taken[row]]++;
      }
      int[] ranked =
          IntStream.range(0, votes.length)
              .filter(noun -> votes[noun] > 0)
              .boxed()
              .sorted(Comparator.comparingInt(noun -> -votes[noun]))
              .mapToInt(Integer::intValue)
              .toArray();
      for (int noun : ranked) {
        add(noun, votes[noun], means, k);
      }
      voted.add(Arrays.copyOf(ranked, Math.min(ranked.length, SHOWN_VOTES)));
    }
    return new Centres(new Matrix(members.size(), width, means).unit(), voted);
  }

  /** The part of the space that {@code centres} are made of, as clusters are named from it. */
  SemanticSpace around(Centres centres) {
    int[] inSpace =
        centres.nouns().stream().flatMapToInt(Arrays::stream).distinct().sorted().toArray();
    int[] selected = Arrays.stream(inSpace).map(noun -> numbers[noun]).toArray();
    return new SemanticSpace(centres.rows(), selected, nouns.select(inSpace));
  }

  /** The nouns of {@code centres} by their numbers in the whole vocabulary. */
  List<int[]> inVocabulary(Centres centres) {
    return centres.nouns().stream()
        .map(made -> Arrays.stream(made).map(noun -> numbers[noun]).toArray())
        .toList();
  }

  private void add(int noun, int times, float[] means, int k) {
    int width = nouns.embeddings().width();
    for (int j = 0; j < width; j++) {
      means[k * width + j] += times * nouns.embeddings().values()[noun * width + j];
    }
  }

  /** Products of all rows of {@code a} with all rows of {@code b}, [n, m]. */
  static float[] products(Matrix a, Matrix b) {
    float[] all = new float[Math.multiplyExact(a.rows(), b.rows())];
    try (InnerProducts products = new InnerProducts(b)) {
      products.of(
          a.block(),
          (from, rows, part) -> System.arraycopy(part, 0, all, from * b.rows(), rows * b.rows()));
    }
    return all;
  }

  private static int[] relevant(Matrix centres, Matrix nouns) {
    float[] cosines = products(centres, nouns);
    TreeSet<Integer> union = new TreeSet<>();
    for (int k = 0; k < centres.rows(); k++) {
      for (int noun : TopK.of(cosines, k * nouns.rows(), nouns.rows(), NOUNS_PER_CENTRE)) {
        union.add(noun);
      }
    }
    return union.stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * SIC's semantic centres.
   *
   * @param rows [K, d], unit rows
   * @param nouns [K] numbers, within the semantic space, of the nouns that each centre is the mean
   *     of, the most telling first
   */
  record Centres(Matrix rows, List<int[]> nouns) {

    /** The same centres in another order; those that {@code order} lacks are gone. */
    Centres ordered(int[] order) {
      return new Centres(rows.select(order), Arrays.stream(order).mapToObj(nouns::get).toList());
    }
  }
}
