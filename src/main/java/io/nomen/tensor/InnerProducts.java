package io.nomen.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;

/**
 * Inner products of blocks of rows with the rows of a small matrix, through libtorch in float32.
 *
 * <p>The matrix stays in native memory from construction to {@link #close}. A block is worked off
 * in slices whose products hold at most {@value #MAX_PRODUCTS} values, so that the memory of a task
 * does not grow with the matrix: 16 MB of products, twice (native and on the heap).
 */
public final class InnerProducts implements AutoCloseable {
  /** Most products that are held at once: 16 MB of float32. */
  public static final int MAX_PRODUCTS = 1 << 22;

  private final NDManager scope = Torch.newScope();
  private final NDArray transposed;
  private final int targets;
  private final int width;

  /** Takes a slice of products. */
  @FunctionalInterface
  public interface Slice {
    /**
     * Takes the products of some rows.
     *
     * @param from number within the block of the first row of the slice
     * @param rows how many rows the slice has
     * @param products [rows, m] row-major; belongs to the receiver
     */
    void accept(int from, int rows, float[] products);
  }

  /**
   * Brings {@code targets} to native memory.
   *
   * @param targets [m, d]
   */
  public InnerProducts(Matrix targets) {
    this.targets = targets.rows();
    this.width = targets.width();
    this.transposed =
        scope.create(targets.values(), new Shape(targets.rows(), targets.width())).transpose();
  }

  /** Gives the products of all rows of {@code block}, slice by slice in row order. */
  public void of(RowBlock block, Slice receiver) {
    requireWidth(block, width);
    int atOnce = rowsAtOnce(targets);
    for (int from = 0; from < block.rows(); from += atOnce) {
      int rows = Math.min(atOnce, block.rows() - from);
      float[] products;
      try (NDManager slice = scope.newSubManager()) {
        products = rows(slice, block, from, rows).matMul(transposed).toFloatArray();
      }
      receiver.accept(from, rows, products);
    }
  }

  @Override
  public void close() {
    scope.close();
  }

  /** How many rows of products with {@code targets} rows are worked on at once. */
  public static int rowsAtOnce(int targets) {
    return Math.max(1, MAX_PRODUCTS / targets);
  }

  /** Rows {@code from}… of a block as a tensor of {@code scope}, [rows, d]. */
  static NDArray rows(NDManager scope, RowBlock block, int from, int rows) {
    FloatBuffer part = FloatBuffer.wrap(block.values(), from * block.width(), rows * block.width());
    return scope.create(part, new Shape(rows, block.width()), DataType.FLOAT32);
  }

  public static void requireWidth(RowBlock block, int width) {
    if (block.width() != width) {
      throw new IllegalArgumentException(
          "rows of width %d against a matrix of width %d".formatted(block.width(), width));
    }
  }
}
