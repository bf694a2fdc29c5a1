package io.nomen.method;

import io.nomen.semantics.NounMatrix;
import io.nomen.tensor.InnerProducts;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import java.util.Arrays;
import java.util.Comparator;
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

  /** γ_u: how far from the mean noun, in cosine, a noun must be. */
  private static final double LEAST_DISTANCE = 0.05;

  /**
   * The space of {@code centres}.
   *
   * @param centres [K, d], unit rows
   */
  static SicSpace of(Matrix centres, NounMatrix vocabulary) {
    int[] relevant = relevant(centres, vocabulary.embeddings());
    Matrix mean = new Matrix(1, centres.width(), CentredRows.mean(vocabulary.embeddings())).unit();
    float[] general = products(mean, vocabulary.embeddings());
    int[] kept = Arrays.stream(relevant).filter(i -> general[i] < 1 - LEAST_DISTANCE).toArray();
    boolean enough = kept.length >= centres.rows();
    int[] chosen = enough ? kept : relevant;
    return new SicSpace(chosen, vocabulary.select(chosen), enough);
  }

  /**
   * For each of {@code centres} the mean of its {@code count} nearest nouns, as unit rows.
   *
   * @param centres [K, d], unit rows
   */
  Matrix nearestMeans(Matrix centres, int count) {
    float[] cosines = products(centres, nouns.embeddings());
    int width = centres.width();
    float[] means = new float[centres.rows() * width];
    for (int k = 0; k < centres.rows(); k++) {
      for (int noun : nearest(cosines, k, nouns.size(), count)) {
        for (int j = 0; j < width; j++) {
          means[k * width + j] += nouns.embeddings().values()[noun * width + j];
        }
      }
    }
    return new Matrix(centres.rows(), width, means).unit();
  }

  /** Products of all rows of {@code a} with all rows of {@code b}, [n, m]. */
  static float[] products(Matrix a, Matrix b) {
    float[] all = new float[Math.multiplyExact(a.rows(), b.rows())];
    try (InnerProducts products = new InnerProducts(b)) {
      products.of(
          new RowBlock(0, a.rows(), a.width(), a.values()),
          (from, rows, part) -> System.arraycopy(part, 0, all, from * b.rows(), rows * b.rows()));
    }
    return all;
  }

  private static int[] relevant(Matrix centres, Matrix nouns) {
    float[] cosines = products(centres, nouns);
    TreeSet<Integer> union = new TreeSet<>();
    for (int k = 0; k < centres.rows(); k++) {
      for (int noun : nearest(cosines, k, nouns.rows(), NOUNS_PER_CENTRE)) {
        union.add(noun);
      }
    }
    return union.stream().mapToInt(Integer::intValue).toArray();
  }

  private static int[] nearest(float[] cosines, int row, int nouns, int count) {
    return IntStream.range(0, nouns)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -cosines[row * nouns + i]))
        .limit(count)
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
