package io.nomen.semantics;

import io.nomen.tensor.InnerProducts;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.NearestSums;
import io.nomen.tensor.RowBlock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Average linkage (UPGMA; Sokal, Michener 1958) of unit rows on one machine: again and again the
 * two clusters whose rows have the highest mean cosine become one. It takes sizes as they come,
 * where k-means prefers equal ones.
 *
 * <p>The mean cosine between the rows of two clusters is the product of their mean rows. So many
 * rows are first gathered around {@value #MOST_LEAVES} of them, and these leaves are linked by
 * their means and sizes, exactly as if their rows came one by one.
 *
 * <p>Linked along chains of nearest neighbours (Murtagh 1983): time and memory with the square of
 * the leaves, at most 64 MB.
 */
public final class AverageLinkage {
  /** Most leaves that are linked. */
  public static final int MOST_LEAVES = 4096;

  private final float[][] cosines;
  private final double[] sizes;
  private final boolean[] gone;
  private final List<Merge> merges = new ArrayList<>();

  private record Merge(int kept, int taken, double cosine) {}

  private AverageLinkage(Matrix means, long[] counts) {
    this.cosines = products(means);
    this.sizes = Arrays.stream(counts).asDoubleStream().toArray();
    this.gone = new boolean[counts.length];
  }

  /**
   * The cluster of every row, 0 to K−1 in the order of their first rows.
   *
   * @param rows [n, d] unit rows
   * @param clusters K, at most n and {@value #MOST_LEAVES}; fewer come out where so many rows are
   *     alike that there are not as many leaves
   * @param seed draws the rows that leaves gather around
   */
  public static int[] clusters(Matrix rows, int clusters, long seed) {
    if (rows.rows() <= MOST_LEAVES) {
      long[] ones = new long[rows.rows()];
      Arrays.fill(ones, 1);
      return new AverageLinkage(rows, ones).linked().cut(clusters);
    }
    Leaves leaves = Leaves.of(rows, seed);
    int[] linked = new AverageLinkage(leaves.means(), leaves.sizes()).linked().cut(clusters);
    return numbered(Arrays.stream(leaves.ofRow()).map(leaf -> linked[leaf]).toArray());
  }

  /** Rows gathered around some of them. */
  private record Leaves(int[] ofRow, Matrix means, long[] sizes) {
    static Leaves of(Matrix rows, long seed) {
      int[] drawn = SeedRows.any(rows.rows(), MOST_LEAVES, new SplittableRandom(seed));
      int[] nearest = new int[rows.rows()];
      long[] counts = new long[MOST_LEAVES];
      float[] means = new float[MOST_LEAVES * rows.width()];
      try (NearestSums sums = new NearestSums(rows.select(drawn), 1)) {
        sums.of(
            new RowBlock(0, rows.rows(), rows.width(), rows.values()),
            (from, count, leaves, cosines) -> {
              for (int i = 0; i < count; i++) {
                nearest[from + i] = (int) leaves[i];
                counts[(int) leaves[i]]++;
              }
            },
            (leaf, sum) -> {
              for (int j = 0; j < sum.length; j++) {
                means[leaf * sum.length + j] = sum[j] / counts[leaf];
              }
            });
      }
      return new Leaves(nearest, new Matrix(MOST_LEAVES, rows.width(), means), counts).dense();
    }

    /** Without leaves that no row went to: copies of others. */
    private Leaves dense() {
      int[] kept = IntStream.range(0, sizes.length).filter(l -> sizes[l] > 0).toArray();
      int[] place = new int[sizes.length];
      for (int i = 0; i < kept.length; i++) {
        place[kept[i]] = i;
      }
      return new Leaves(
          Arrays.stream(ofRow).map(leaf -> place[leaf]).toArray(),
          means.select(kept),
          Arrays.stream(kept).mapToLong(leaf -> sizes[leaf]).toArray());
    }
  }

  private static float[][] products(Matrix means) {
    float[][] products = new float[means.rows()][];
    try (InnerProducts all = new InnerProducts(means)) {
      all.of(
          new RowBlock(0, means.rows(), means.width(), means.values()),
          (from, rows, slice) -> {
            for (int i = 0; i < rows; i++) {
              products[from + i] =
                  Arrays.copyOfRange(slice, i * means.rows(), (i + 1) * means.rows());
            }
          });
    }
    return products;
  }

  private AverageLinkage linked() {
    int[] chain = new int[sizes.length];
    int length = 0;
    for (int left = sizes.length; left > 1; ) {
      if (length == 0) {
        chain[length++] = first();
      }
      int tip = chain[length - 1];
      int before = length > 1 ? chain[length - 2] : -1;
      int next = nearest(tip, before);
      if (next == before) {
        merge(Math.min(tip, next), Math.max(tip, next));
        length -= 2;
        left--;
      } else {
        chain[length++] = next;
      }
    }
    return this;
  }

  private int first() {
    int first = 0;
    while (gone[first]) {
      first++;
    }
    return first;
  }

  /** The nearest of all that are left; of equals {@code preferred}, then the lowest. */
  private int nearest(int own, int preferred) {
    int best = preferred;
    float most = preferred < 0 ? Float.NEGATIVE_INFINITY : cosines[own][preferred];
    for (int other = 0; other < sizes.length; other++) {
      if (other != own && !gone[other] && cosines[own][other] > most) {
        most = cosines[own][other];
        best = other;
      }
    }
    return best;
  }

  private void merge(int kept, int taken) {
    merges.add(new Merge(kept, taken, cosines[kept][taken]));
    double all = sizes[kept] + sizes[taken];
    for (int other = 0; other < sizes.length; other++) {
      float mean =
          (float)
              ((sizes[kept] * cosines[kept][other] + sizes[taken] * cosines[taken][other]) / all);
      cosines[kept][other] = mean;
      cosines[other][kept] = mean;
    }
    sizes[kept] = all;
    gone[taken] = true;
  }

  /** The clusters after all merges but the last {@code clusters} − 1. */
  private int[] cut(int clusters) {
    int[] parent = new int[sizes.length];
    Arrays.setAll(parent, leaf -> leaf);
    merges.stream()
        .sorted(Comparator.comparingDouble(Merge::cosine).reversed())
        .limit(Math.max(0, sizes.length - clusters))
        .forEach(merge -> parent[root(parent, merge.taken())] = root(parent, merge.kept()));
    int[] roots = new int[sizes.length];
    Arrays.setAll(roots, leaf -> root(parent, leaf));
    return numbered(roots);
  }

  private static int root(int[] parent, int leaf) {
    int root = leaf;
    while (parent[root] != root) {
      root = parent[root];
    }
    return root;
  }

  /** The same clusters, numbered in the order of their first rows. */
  private static int[] numbered(int[] clusters) {
    Map<Integer, Integer> numbers = new HashMap<>();
    return Arrays.stream(clusters)
        .map(cluster -> numbers.computeIfAbsent(cluster, c -> numbers.size()))
        .toArray();
  }
}
