package io.nomen.method;

import io.nomen.semantics.AverageLinkage;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.InnerProducts;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Layers of clusters, each made of whole clusters of the next: above a clustering its clusters are
 * joined by average linkage of their means, below it they are cut in two again and again, always
 * where that explains the images best (bisecting k-means; Steinbach, Karypis, Kumar 2000). The
 * clustering itself stays as it is.
 *
 * <p>A number is handed down: a cluster above has the number of its largest part, and the largest
 * part of a cluster that is cut keeps its number.
 */
public final class LayerTree {
  /** Rows that cuts are found on. */
  private static final int SAMPLE = 16_384;

  private static final int STARTS = 4;
  private static final int ITERATIONS = 15;

  /** Fewer rows than this are no cluster of their own. */
  private static final int LEAST_ROWS = 3;

  private final RowBlocks space;
  private final JavaRDD<AssignmentBlock> assignments;

  /** By how many clusters there are: [K] the cluster above each. */
  private final TreeMap<Integer, int[]> above = new TreeMap<>();

  /** By how many clusters there are: what the clusters were cut into. */
  private final TreeMap<Integer, Leaves> below = new TreeMap<>();

  private LayerTree(RowBlocks space, JavaRDD<AssignmentBlock> assignments) {
    this.space = space;
    this.assignments = assignments;
  }

  /**
   * Grows the layers.
   *
   * @param space [N, m] unit rows
   * @param means [K, m] unit means of the clusters; zeros for a number that no row has
   * @param sizes [K] of the clusters
   * @param assignments the clustering, in the blocks of {@code space}
   * @param counts how many clusters the other layers shall have
   */
  public static LayerTree of(
      RowBlocks space,
      Matrix means,
      long[] sizes,
      JavaRDD<AssignmentBlock> assignments,
      Collection<Integer> counts,
      long seed) {
    LayerTree tree = new LayerTree(space, assignments);
    int[] alive = IntStream.range(0, means.rows()).filter(c -> sizes[c] > 0).toArray();
    for (int count : new TreeSet<>(counts).headSet(alive.length)) {
      tree.above.put(count, joined(means, alive, sizes, count));
    }
    List<Integer> fine = new TreeSet<>(counts).stream().filter(k -> k > alive.length).toList();
    if (!fine.isEmpty()) {
      tree.cut(means.rows(), fine, seed);
    }
    return tree;
  }

  /** How many layers there are, the clustering itself among them. */
  public int size() {
    return above.size() + 1 + below.size();
  }

  /** Which of the layers is the clustering itself. */
  public int own() {
    return above.size();
  }

  /**
   * The clusters of consecutive rows in all layers.
   *
   * @param labels [layers, n] from the coarsest to the finest
   */
  public record LayerBlock(long firstRow, int[][] labels) implements Serializable {

    /** One of the layers; confidences are 0. */
    public AssignmentBlock layer(int layer) {
      float[] none = new float[labels[layer].length];
      return new AssignmentBlock(firstRow, labels[layer], none, labels[layer], none);
    }
  }

  /** All layers of all rows, in the blocks of the clustering. */
  public JavaRDD<LayerBlock> blocks() {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(space.blocks().context());
    Broadcast<List<int[]>> joined = spark.broadcast(new ArrayList<>(above.values()));
    Broadcast<List<Leaves>> cut = spark.broadcast(new ArrayList<>(below.values()));
    return space
        .blocks()
        .zip(assignments)
        .map(
            rows -> {
              int[] own = rows._2().cluster();
              List<int[]> labels = new ArrayList<>();
              joined
                  .value()
                  .forEach(over -> labels.add(IntStream.of(own).map(c -> over[c]).toArray()));
              labels.add(own);
              int[] before = own;
              for (Leaves leaves : cut.value()) {
                before = leaves.nearest(rows._1(), before);
                labels.add(before);
              }
              return new LayerBlock(rows._1().firstRow(), labels.toArray(int[][]::new));
            });
  }

  /** The number in the layer above of each cluster. */
  private static int[] joined(Matrix means, int[] alive, long[] sizes, int count) {
    int[] groups = AverageLinkage.clusters(means.select(alive), count);
    int[] largest = new int[count];
    Arrays.fill(largest, -1);
    for (int i = 0; i < alive.length; i++) {
      int group = groups[i];
      if (largest[group] < 0 || sizes[alive[i]] > sizes[largest[group]]) {
        largest[group] = alive[i];
      }
    }
    int[] numberOf = new int[means.rows()];
    for (int i = 0; i < alive.length; i++) {
      numberOf[alive[i]] = largest[groups[i]];
    }
    return numberOf;
  }

  /** A cluster of the sample that may be cut in two. */
  private static final class Leaf {
    private final int number;
    private int home;
    private final int[] rows;
    private final float[] centre;
    private int[] left;
    private int[] right;
    private double gain;

    Leaf(int number, int home, int[] rows, Matrix sample) {
      this.number = number;
      this.home = home;
      this.rows = rows;
      this.centre = mean(sample, rows);
    }
  }

  private void cut(int count, List<Integer> counts, long seed) {
    RowSample sample = RowSample.exactly(space, SAMPLE, seed);
    int[] clusters =
        AssignmentBlock.clusters(
            assignments, Arrays.stream(sample.numbers()).mapToInt(Math::toIntExact).toArray());
    Random random = new Random(seed);
    Map<Integer, List<Integer>> members = new TreeMap<>();
    for (int i = 0; i < clusters.length; i++) {
      members.computeIfAbsent(clusters[i], c -> new ArrayList<>()).add(i);
    }
    PriorityQueue<Leaf> leaves =
        new PriorityQueue<>(
            Comparator.<Leaf>comparingDouble(leaf -> -leaf.gain).thenComparingInt(l -> l.number));
    members.forEach(
        (cluster, rows) ->
            leaves.add(
                tried(
                    new Leaf(
                        cluster,
                        cluster,
                        rows.stream().mapToInt(Integer::intValue).toArray(),
                        sample.rows()),
                    sample.rows(),
                    random)));
    int next = count;
    for (int wanted : counts) {
      while (leaves.size() < wanted && leaves.peek().gain > 0) {
        Leaf leaf = leaves.poll();
        int[] more = leaf.left.length >= leaf.right.length ? leaf.left : leaf.right;
        int[] fewer = more == leaf.left ? leaf.right : leaf.left;
        leaves.add(
            tried(new Leaf(leaf.number, leaf.home, more, sample.rows()), sample.rows(), random));
        leaves.add(tried(new Leaf(next++, leaf.home, fewer, sample.rows()), sample.rows(), random));
      }
      below.put(wanted, Leaves.of(List.copyOf(leaves), space.width()));
      // The next layer cuts what this one has made.
      leaves.forEach(leaf -> leaf.home = leaf.number);
    }
  }

  /** Finds the best way to cut a leaf in two. */
  private static Leaf tried(Leaf leaf, Matrix sample, Random random) {
    double whole = sum(sample, leaf.rows, leaf.centre);
    for (int start = 0; leaf.rows.length >= 2 * LEAST_ROWS && start < STARTS; start++) {
      float[] a = sample.row(leaf.rows[random.nextInt(leaf.rows.length)]);
      float[] b = sample.row(furthest(sample, leaf.rows, a));
      int[] left = new int[0];
      int[] right = new int[0];
      for (int i = 0; i < ITERATIONS; i++) {
        float[] one = a;
        float[] two = b;
        left =
            IntStream.of(leaf.rows)
                .filter(r -> dot(sample, r, one) >= dot(sample, r, two))
                .toArray();
        right =
            IntStream.of(leaf.rows)
                .filter(r -> dot(sample, r, one) < dot(sample, r, two))
                .toArray();
        if (left.length == 0 || right.length == 0) {
          break;
        }
        a = mean(sample, left);
        b = mean(sample, right);
      }
      if (left.length >= LEAST_ROWS && right.length >= LEAST_ROWS) {
        double gain = sum(sample, left, a) + sum(sample, right, b) - whole;
        if (gain > leaf.gain) {
          leaf.gain = gain;
          leaf.left = left;
          leaf.right = right;
        }
      }
    }
    return leaf;
  }

  private static int furthest(Matrix sample, int[] rows, float[] from) {
    int best = rows[0];
    for (int row : rows) {
      best = dot(sample, row, from) < dot(sample, best, from) ? row : best;
    }
    return best;
  }

  private static float[] mean(Matrix sample, int[] rows) {
    float[] mean = new float[sample.width()];
    for (int row : rows) {
      for (int k = 0; k < mean.length; k++) {
        mean[k] += sample.values()[row * mean.length + k];
      }
    }
    return new Matrix(1, mean.length, mean).unit().values();
  }

  private static double sum(Matrix sample, int[] rows, float[] centre) {
    return IntStream.of(rows).mapToDouble(row -> dot(sample, row, centre)).sum();
  }

  private static double dot(Matrix sample, int row, float[] vector) {
    float sum = 0;
    for (int k = 0; k < vector.length; k++) {
      sum += sample.values()[row * vector.length + k] * vector[k];
    }
    return sum;
  }

  /**
   * Rows go to the nearest of the leaves that their cluster in the layer above was cut into.
   *
   * @param ofCluster places of these leaves among all
   */
  private record Leaves(Matrix centres, int[] numbers, Map<Integer, int[]> ofCluster)
      implements Serializable {

    static Leaves of(List<Leaf> leaves, int width) {
      float[] centres = new float[leaves.size() * width];
      int[] numbers = new int[leaves.size()];
      Map<Integer, List<Integer>> of = new HashMap<>();
      for (int leaf = 0; leaf < numbers.length; leaf++) {
        System.arraycopy(leaves.get(leaf).centre, 0, centres, leaf * width, width);
        numbers[leaf] = leaves.get(leaf).number;
        of.computeIfAbsent(leaves.get(leaf).home, c -> new ArrayList<>()).add(leaf);
      }
      Map<Integer, int[]> ofCluster = new HashMap<>();
      of.forEach((c, list) -> ofCluster.put(c, list.stream().mapToInt(i -> i).toArray()));
      return new Leaves(new Matrix(numbers.length, width, centres), numbers, ofCluster);
    }

    int[] nearest(RowBlock block, int[] clusters) {
      int[] labels = new int[block.rows()];
      try (InnerProducts products = new InnerProducts(centres)) {
        products.of(
            block,
            (from, rows, cosines) -> {
              for (int i = 0; i < rows; i++) {
                int cluster = clusters[from + i];
                int[] leaves = ofCluster.getOrDefault(cluster, new int[0]);
                int best = leaves.length == 0 ? -1 : leaves[0];
                for (int leaf : leaves) {
                  int at = i * centres.rows();
                  best = cosines[at + leaf] > cosines[at + best] ? leaf : best;
                }
                // A cluster that the sample has not seen is not cut.
                labels[from + i] = best < 0 ? cluster : numbers[best];
              }
            });
      }
      return labels;
    }
  }
}
