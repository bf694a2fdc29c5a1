package io.nomen.semantics;

import io.nomen.tensor.InnerProducts;
import io.nomen.tensor.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Average linkage (UPGMA; Sokal, Michener 1958) of unit rows on one machine: again and again the
 * two clusters whose rows have the highest mean cosine become one. It takes sizes as they come,
 * where k-means prefers equal ones.
 *
 * <p>Linked along chains of nearest neighbours (Murtagh 1983): time and memory with the square of
 * the rows, 64 MB for 4,096.
 */
public final class AverageLinkage {
  private final float[][] cosines;
  private final double[] sizes;
  private final boolean[] gone;
  private final List<Merge> merges = new ArrayList<>();

  private record Merge(int kept, int taken, double cosine) {}

  private AverageLinkage(Matrix rows) {
    this.cosines = products(rows);
    this.sizes = new double[rows.rows()];
    Arrays.fill(sizes, 1);
    this.gone = new boolean[rows.rows()];
  }

  /**
   * The cluster of every row, 0 to K−1 in the order of their first rows.
   *
   * @param rows [n, d] unit rows
   * @param clusters K, at most n
   */
  public static int[] clusters(Matrix rows, int clusters) {
    return new AverageLinkage(rows).linked().cut(clusters);
  }

  private static float[][] products(Matrix rows) {
    float[][] products = new float[rows.rows()][];
    try (InnerProducts all = new InnerProducts(rows)) {
      all.of(
          rows.block(),
          (from, count, slice) -> {
            for (int i = 0; i < count; i++) {
              products[from + i] =
                  Arrays.copyOfRange(slice, i * rows.rows(), (i + 1) * rows.rows());
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
    Arrays.setAll(parent, row -> row);
    merges.stream()
        .sorted(Comparator.comparingDouble(Merge::cosine).reversed())
        .limit(Math.max(0, sizes.length - clusters))
        .forEach(merge -> parent[root(parent, merge.taken())] = root(parent, merge.kept()));
    int[] roots = new int[sizes.length];
    Arrays.setAll(roots, row -> root(parent, row));
    return numbered(roots);
  }

  private static int root(int[] parent, int row) {
    int root = row;
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
