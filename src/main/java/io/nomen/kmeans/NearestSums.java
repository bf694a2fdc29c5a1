package io.nomen.kmeans;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.nomen.tensor.InnerProducts;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.NativeFloats;
import io.nomen.tensor.NativeScope;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.TorchScript;

/**
 * Finds the nearest of several sets of centres for every row of a block, and adds the rows of every
 * centre up, through libtorch in float32.
 *
 * <p>The centres stay in native memory from construction to {@link #close}. A block is worked off
 * in slices of at most {@link InnerProducts#MAX_PRODUCTS} products, of which none comes to the
 * heap.
 */
public final class NearestSums implements AutoCloseable {
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
  private final NDManager scope = NativeScope.open();
  private final int sets;
  private final int width;
  private final int count;
  private final NDArray centres;
  private final NDArray starts;

  /** Takes what was found for a slice of rows. */
  @FunctionalInterface
  public interface Slice {
    /**
     * Takes it.
     *
     * @param from number within the block of the first row of the slice
     * @param rows how many rows the slice has
     * @param nearest [sets, rows] number of the nearest centre, counted over all sets; of equals
     *     the first
     * @param cosines [sets, rows] products with it
     */
    void accept(int from, int rows, long[] nearest, float[] cosines);
  }

  /** Takes the sum of a centre's rows. */
  @FunctionalInterface
  public interface Sum {
    /** Takes it; {@code sum}, [d], is written over afterwards. */
    void accept(int centre, float[] sum);
  }

  /**
   * Brings the centres to native memory.
   *
   * @param centres [sets · K, d], set after set
   */
  public NearestSums(Matrix centres, int sets) {
    this.sets = sets;
    this.width = centres.width();
    this.count = centres.rows();
    this.centres = NativeFloats.of(scope, centres.values(), count, width);
    long[] first = new long[sets];
    for (int set = 0; set < sets; set++) {
      first[set] = (long) set * (count / sets);
    }
    this.starts = NativeFloats.of(scope, first, sets);
  }

  /**
   * Goes over the rows of {@code block}, slice by slice, and then over the sums of all centres that
   * have rows.
   */
  public void of(RowBlock block, Slice found, Sum added) {
    InnerProducts.requireWidth(block, width);
    boolean[] touched = new boolean[count];
    try (NDManager whole = scope.newSubManager()) {
      NDArray sums = whole.zeros(new Shape(count, width));
      int atOnce = InnerProducts.rowsAtOnce(count);
      for (int from = 0; from < block.rows(); from += atOnce) {
        int rows = Math.min(atOnce, block.rows() - from);
        long[] nearest = slice(whole, block, from, rows, sums, found);
        for (long centre : nearest) {
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
