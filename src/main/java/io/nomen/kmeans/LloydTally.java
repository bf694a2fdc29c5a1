package io.nomen.kmeans;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.nomen.tensor.FixedPointSums;
import io.nomen.tensor.InnerProducts;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.NativeFloats;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.TaskThreads;
import io.nomen.tensor.Torch;
import io.nomen.tensor.TorchScript;
import io.nomen.tensor.TreeReduce;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * What one pass of Lloyd's algorithm collects, for several sets of centres side by side: the sum
 * and number of every cluster's rows, its first row, and how well the centres fit.
 *
 * <p>Sums are kept in fixed point, so that they are the same bits in whatever order tasks and
 * machines add them up. Coordinates of unit rows are at most 1, so that N rows need log₂ N bits
 * before the point; the unit is 2⁻³⁸ up to 16 million rows, and coarser beyond.
 */
public final class LloydTally implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int MOST_FRACTION_BITS = 38;

  private final int sets;
  private final int clusters;
  private final int width;
  private final FixedPointSums sums;
  private final FixedPointSums cosines;
  private final long[] counts;
  private final long[] firstRows;

  /**
   * Starts at nothing.
   *
   * @param sets how many sets of centres are tried side by side
   * @param clusters K, the centres of a set
   * @param width d
   * @param rows N, how many rows will be added on all machines together
   */
  LloydTally(int sets, int clusters, int width, long rows) {
    int fractionBits = Math.min(MOST_FRACTION_BITS, FixedPointSums.fractionBits(rows, 1));
    this.sets = sets;
    this.clusters = clusters;
    this.width = width;
    this.sums = new FixedPointSums(Math.multiplyExact(sets * clusters, width), fractionBits);
    this.cosines = new FixedPointSums(sets, fractionBits);
    this.counts = new long[sets * clusters];
    this.firstRows = new long[sets * clusters];
    Arrays.fill(firstRows, Long.MAX_VALUE);
  }

  /**
   * One pass over all rows.
   *
   * @param rows [N, d], unit rows
   * @param centres [sets · K, d], set after set
   */
  public static LloydTally of(RowBlocks rows, Matrix centres, int sets) {
    long all = rows.rows();
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(rows.blocks().context());
    Broadcast<Matrix> shared = spark.broadcast(centres);
    try {
      return TreeReduce.of(
          rows.blocks()
              .mapPartitions(part -> List.of(of(part, shared.value(), sets, all)).iterator()),
          (long) centres.rows() * centres.width() * Long.BYTES,
          LloydTally::merge);
    } finally {
      shared.destroy();
    }
  }

  /**
   * One pass over rows that are on this machine, on all its cores: bit for bit the same.
   *
   * @param rows N, as many as {@code blocks} have together
   */
  static LloydTally of(List<RowBlock> blocks, Matrix centres, int sets, long rows) {
    return TaskThreads.sideBySide(
            1, blocks, block -> of(List.of(block).iterator(), centres, sets, rows))
        .stream()
        .reduce(LloydTally::merge)
        .orElseThrow();
  }

  /** The same for rows of {@code matrix} on this machine. */
  static LloydTally of(Matrix matrix, Matrix centres) {
    return of(List.of(matrix.block()).iterator(), centres, 1, matrix.rows());
  }

  /**
   * Adds {@code blocks} up.
   *
   * @param rows N, as many as all tallies that will be merged have together
   */
  static LloydTally of(Iterator<RowBlock> blocks, Matrix centres, int sets, long rows) {
    LloydTally tally = new LloydTally(sets, centres.rows() / sets, centres.width(), rows);
    try (NearestSums nearest = new NearestSums(centres, sets)) {
      blocks.forEachRemaining(block -> tally.add(block, nearest));
    }
    return tally;
  }

  /** Adds the rows of a block, each to its nearest centre of every set; of equals the first. */
  private void add(RowBlock block, NearestSums centres) {
    double[] blockCosines = new double[sets];
    centres.of(
        block,
        (from, rows, nearest, values) -> {
          for (int set = 0; set < sets; set++) {
            for (int i = 0; i < rows; i++) {
              blockCosines[set] += values[set * rows + i];
              count((int) nearest[set * rows + i], block.firstRow() + from + i, 1);
            }
          }
        },
        (centre, sum) -> sums.add(centre * width, sum, 0, width));
    for (int set = 0; set < sets; set++) {
      cosines.add(set, blockCosines[set]);
    }
  }

  private void count(int centre, long firstRow, long rows) {
    counts[centre] += rows;
    firstRows[centre] = Math.min(firstRows[centre], firstRow);
  }

  /** Adds what {@code other} has collected. */
  LloydTally merge(LloydTally other) {
    if (sets != other.sets || clusters != other.clusters || width != other.width) {
      throw new IllegalArgumentException(
          "a tally of %d sets, %d clusters, width %d cannot take one of %d, %d, %d"
              .formatted(sets, clusters, width, other.sets, other.clusters, other.width));
    }
    sums.merge(other.sums);
    cosines.merge(other.cosines);
    for (int centre = 0; centre < counts.length; centre++) {
      count(centre, other.firstRows[centre], other.counts[centre]);
    }
    return this;
  }

  /** Sum over all rows of the cosine to the nearest centre of set {@code set}. */
  double cosineSum(int set) {
    return cosines.get(set);
  }

  /** [K] rows of every cluster of set {@code set}. */
  long[] sizes(int set) {
    return Arrays.copyOfRange(counts, set * clusters, (set + 1) * clusters);
  }

  /** [K] first row of every cluster of set {@code set}; {@code Long.MAX_VALUE} for an empty one. */
  long[] firstRows(int set) {
    return Arrays.copyOfRange(firstRows, set * clusters, (set + 1) * clusters);
  }

  /** Sum of the rows of a cluster, [d]; zeros where it has none. */
  public double[] sum(int set, int cluster) {
    return sums.get((set * clusters + cluster) * width, width);
  }

  /**
   * Finds the nearest of several sets of centres for every row of a block, and adds the rows of
   * every centre up, through libtorch in float32.
   *
   * <p>The centres stay in native memory from construction to {@link #close}. A block is worked off
   * in slices of at most {@link InnerProducts#MAX_PRODUCTS} products, of which none comes to the
   * heap.
   */
  private static final class NearestSums implements AutoCloseable {
    private static final String SOURCE =
        """
          def add(self, rows: Tensor, centres: Tensor, starts: Tensor, sums: Tensor) -> Tuple[Tensor, Tensor]:
            products = torch.mm(rows, centres.t())
            sets = torch.size(starts, 0)
            best, place = torch.max(torch.view(products, [torch.size(rows, 0), sets, -1]), 2, False)
            nearest = torch.t(torch.add(place, starts)).contiguous()
            for i in range(sets):
              added = torch.index_add_(sums, 0, torch.select(nearest, 0, i), rows)
            return (nearest, torch.t(best).contiguous())
        """;

    private final TorchScript script = TorchScript.of(SOURCE);
    private final NDManager scope = Torch.newScope();
    private final int sets;
    private final int width;
    private final int count;
    private final NDArray centres;
    private final NDArray starts;

    /**
     * Takes, for a slice of rows, the number of the nearest centre over all sets and its cosine.
     */
    private interface Slice {
      /**
       * Takes them.
       *
       * @param from number within the block of the first row of the slice
       * @param nearest [sets, rows]
       * @param cosines [sets, rows]
       */
      void accept(int from, int rows, long[] nearest, float[] cosines);
    }

    /** Takes the sum of a centre's rows, [d], which is written over afterwards. */
    private interface Sum {
      void accept(int centre, float[] sum);
    }

    NearestSums(Matrix centres, int sets) {
      this.sets = sets;
      this.width = centres.width();
      this.count = centres.rows();
      this.centres = NativeFloats.of(scope, centres.values(), count, width);
      long[] first = new long[sets];
      Arrays.setAll(first, set -> (long) set * (count / sets));
      this.starts = NativeFloats.of(scope, first, sets);
    }

    /** Goes over the rows slice by slice, and then over the sums of all centres that have rows. */
    void of(RowBlock block, Slice found, Sum added) {
      InnerProducts.requireWidth(block, width);
      boolean[] touched = new boolean[count];
      try (NDManager whole = scope.newSubManager()) {
        NDArray sums = whole.zeros(new Shape(count, width));
        int atOnce = InnerProducts.rowsAtOnce(count);
        for (int from = 0; from < block.rows(); from += atOnce) {
          int rows = Math.min(atOnce, block.rows() - from);
          for (long centre : slice(whole, block, from, rows, sums, found)) {
            touched[(int) centre] = true;
          }
        }
        float[] sum = new float[width];
        for (int centre = 0; centre < count; centre++) {
          if (touched[centre]) {
            NativeFloats.read(sums, centre * width, sum, width);
            added.accept(centre, sum);
          }
        }
      }
    }

    private long[] slice(
        NDManager whole, RowBlock block, int from, int rows, NDArray sums, Slice found) {
      long[] nearest = new long[sets * rows];
      float[] cosines = new float[sets * rows];
      try (NDManager step = whole.newSubManager()) {
        NDArray values = NativeFloats.rows(step, block.values(), from, rows, width);
        NDList result = script.run(step, "add", values, centres, starts, sums);
        NativeFloats.read(result.get(0), nearest);
        NativeFloats.read(result.get(1), 0, cosines, cosines.length);
      }
      found.accept(from, rows, nearest, cosines);
      return nearest;
    }

    @Override
    public void close() {
      scope.close();
    }
  }
}
