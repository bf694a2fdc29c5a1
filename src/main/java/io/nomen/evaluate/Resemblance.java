package io.nomen.evaluate;

import io.nomen.RootLocale;
import io.nomen.neighbours.NeighbourLists;
import io.nomen.neighbours.NeighbourLists.NeighbourBlock;
import io.nomen.neighbours.Neighbours;
import io.nomen.neighbours.Neighbours.Search;
import io.nomen.tensor.RowBlocks;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * What the nearest neighbours say of each image: whether another one shows the same picture, and
 * how far it is from everything else.
 *
 * <p>Two images are near-duplicates when the cosine of their embeddings is at least a threshold and
 * one is among the {@link #NEIGHBOURS} nearest of the other; groups are what such pairs connect. On
 * 2,465 photographs of Caltech-101 in CLIP ViT-B/32 0.97 finds 56 pairs; with the bundled model
 * half-sized copies have a median of 0.9998, copies in JPEG at quality 50 one of 0.999, and no two
 * of the 576 samples reach 0.95.
 *
 * <p>The outlier score is the mean cosine distance to the {@link #NEIGHBOURS} nearest images
 * (Angiulli and Pizzuti, "Fast Outlier Detection in High Dimensional Spaces", PKDD 2002, take the
 * sum). It needs neither labels nor clusters, so it can also tell of images that a cluster was made
 * for.
 *
 * @param duplicateOf [N] the first row of the image's group, the row itself for that one and for
 *     images that are in no group
 * @param outlierScore [N] 0 for an image with ten equal ones, up to 2
 * @param provenance how both were found, and how many there are
 */
public record Resemblance(int[] duplicateOf, float[] outlierScore, Map<String, Object> provenance)
    implements Serializable {
  static final int NEIGHBOURS = 10;

  /** Beyond this an inverted file takes less time: 20,000 rows of 512 columns take 2 s a core. */
  private static final long COMPARE_ALL = 20_000;

  private static final double RECALL = 0.95;

  /** What the lists of one block say; each pair as two rows in {@code pairs}. */
  private record Part(long firstRow, int[] pairs, float[] cosines, float[] scores)
      implements Serializable {}

  /**
   * Two rows that are near-duplicates.
   *
   * @param first the lower row
   */
  public record Pair(int first, int second, float cosine) implements Serializable {}

  /**
   * Searches the neighbours of all rows; at least two of them.
   *
   * @param embeddings [N, d], unit rows
   * @param threshold lowest cosine of a pair, 0 to 1
   */
  public static Resemblance of(RowBlocks embeddings, double threshold) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(embeddings.blocks().context());
    int rows = Math.toIntExact(embeddings.rows());
    DisjointSets groups = new DisjointSets(rows);
    float[] scores = new float[rows];
    Map<String, Object> provenance = new LinkedHashMap<>();
    try (NeighbourLists lists = Neighbours.find(spark, embeddings, NEIGHBOURS, search(rows))) {
      for (Part part : lists.blocks().map(block -> part(block, threshold)).collect()) {
        for (int i = 0; i < part.pairs().length; i += 2) {
          groups.join(part.pairs()[i], part.pairs()[i + 1]);
        }
        int first = Math.toIntExact(part.firstRow());
        System.arraycopy(part.scores(), 0, scores, first, part.scores().length);
      }
      provenance.put("search", lists.report());
      provenance.put("neighbours", lists.count());
    }
    int[] duplicateOf = IntStream.range(0, rows).map(groups::first).toArray();
    provenance.put("duplicate_cosine", threshold);
    provenance.put("duplicate_groups", groups(duplicateOf));
    provenance.put("images_like_an_earlier_one", copies(duplicateOf));
    return new Resemblance(duplicateOf, scores, provenance);
  }

  /**
   * All pairs of near-duplicates, once each, by their rows.
   *
   * @param embeddings [N, d], unit rows; at least two
   * @param threshold lowest cosine of a pair, 0 to 1
   */
  public static List<Pair> pairs(RowBlocks embeddings, double threshold) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(embeddings.blocks().context());
    Set<Pair> pairs = new TreeSet<>(Comparator.comparing(Pair::first).thenComparing(Pair::second));
    try (NeighbourLists lists =
        Neighbours.find(spark, embeddings, NEIGHBOURS, search(embeddings.rows()))) {
      for (Part part : lists.blocks().map(block -> part(block, threshold)).collect()) {
        for (int i = 0; i < part.cosines().length; i++) {
          int one = part.pairs()[2 * i];
          int other = part.pairs()[2 * i + 1];
          pairs.add(new Pair(Math.min(one, other), Math.max(one, other), part.cosines()[i]));
        }
      }
    }
    return List.copyOf(pairs);
  }

  private static Search search(long rows) {
    return rows <= COMPARE_ALL
        ? new Search.Exact()
        : new Search.InvertedFile((int) Math.sqrt((double) rows), RECALL);
  }

  private static Part part(NeighbourBlock block, double threshold) {
    int[] pairs = new int[2 * block.neighbours().length];
    float[] cosines = new float[block.neighbours().length];
    int found = 0;
    float[] scores = new float[block.rows()];
    for (int row = 0; row < block.rows(); row++) {
      double sum = 0;
      for (int i = row * block.count(); i < (row + 1) * block.count(); i++) {
        sum += block.similarities()[i];
        if (block.similarities()[i] >= threshold) {
          cosines[found] = block.similarities()[i];
          pairs[2 * found] = Math.toIntExact(block.firstRow() + row);
          pairs[2 * found + 1] = block.neighbours()[i];
          found++;
        }
      }
      // Products of unit rows may exceed 1 by a rounding.
      scores[row] = (float) Math.max(0, 1 - sum / block.count());
    }
    return new Part(
        block.firstRow(), Arrays.copyOf(pairs, 2 * found), Arrays.copyOf(cosines, found), scores);
  }

  private static long copies(int[] duplicateOf) {
    return IntStream.range(0, duplicateOf.length).filter(i -> duplicateOf[i] != i).count();
  }

  private static long groups(int[] duplicateOf) {
    return IntStream.range(0, duplicateOf.length)
        .filter(i -> duplicateOf[i] != i)
        .map(i -> duplicateOf[i])
        .distinct()
        .count();
  }

  /** A sentence for the reader. */
  public String remark() {
    return RootLocale.format(
        "%,d images look like an earlier one (cosine of %s or more)",
        copies(duplicateOf), provenance.get("duplicate_cosine"));
  }

  /**
   * Groups of rows, joined pair by pair (union-find). A group is known by its lowest row, so that
   * the order of the pairs does not matter.
   */
  static final class DisjointSets {
    private final int[] parent;

    DisjointSets(int rows) {
      parent = new int[rows];
      for (int row = 0; row < rows; row++) {
        parent[row] = row;
      }
    }

    /** The lowest row of the group that holds {@code row}. */
    int first(int row) {
      int at = row;
      while (parent[at] != at) {
        // Every second step of the way is cut short: long chains are walked once.
        parent[at] = parent[parent[at]];
        at = parent[at];
      }
      return at;
    }

    void join(int one, int other) {
      int a = first(one);
      int b = first(other);
      parent[Math.max(a, b)] = Math.min(a, b);
    }
  }
}
