package io.nomen.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/**
 * Soft look-up of rows among a matrix's rows, through libtorch in float32: weights {@code w =
 * softmax(x · Tᵀ / temperature)} and the mixture {@code normalise(w · T)}.
 *
 * <p>Memory is bounded as in {@link InnerProducts}.
 */
public final class SoftmaxRetrieval implements AutoCloseable {
  private final NDManager scope = Torch.newScope();
  private final NDArray rows;
  private final NDArray scaled;
  private final int targets;
  private final int width;

  /**
   * Brings {@code targets} to native memory.
   *
   * @param targets [m, d]
   * @param temperature above 0; small values let the nearest row take all
   */
  public SoftmaxRetrieval(Matrix targets, double temperature) {
    this.targets = targets.rows();
    this.width = targets.width();
    this.rows = scope.create(targets.values(), new Shape(targets.rows(), targets.width()));
    this.scaled = rows.transpose().div(temperature);
  }

  /** The mixtures of all rows of {@code block}: unit rows with the block's numbers, [n, d]. */
  public RowBlock mixtures(RowBlock block) {
    InnerProducts.requireWidth(block, width);
    float[] mixed = new float[block.values().length];
    int atOnce = InnerProducts.rowsAtOnce(targets);
    for (int from = 0; from < block.rows(); from += atOnce) {
      int count = Math.min(atOnce, block.rows() - from);
      try (NDManager slice = scope.newSubManager()) {
        float[] part = weights(slice, block, from, count).matMul(rows).toFloatArray();
        System.arraycopy(part, 0, mixed, from * width, part.length);
      }
    }
    UnitRows.normalise(mixed, width);
    return new RowBlock(block.firstRow(), block.rows(), width, mixed);
  }

  /** Gives the weights [n, m] of all rows of {@code block}, slice by slice in row order. */
  public void weights(RowBlock block, InnerProducts.Slice receiver) {
    InnerProducts.requireWidth(block, width);
    int atOnce = InnerProducts.rowsAtOnce(targets);
    for (int from = 0; from < block.rows(); from += atOnce) {
      int count = Math.min(atOnce, block.rows() - from);
      float[] part;
      try (NDManager slice = scope.newSubManager()) {
        part = weights(slice, block, from, count).toFloatArray();
      }
      receiver.accept(from, count, part);
    }
  }

  private NDArray weights(NDManager slice, RowBlock block, int from, int count) {
    return InnerProducts.rows(slice, block, from, count).matMul(scaled).softmax(1);
  }

  @Override
  public void close() {
    scope.close();
  }
}
