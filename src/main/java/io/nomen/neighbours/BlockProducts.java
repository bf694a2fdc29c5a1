package io.nomen.neighbours;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.nomen.tensor.NativeFloats;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.Torch;
import io.nomen.tensor.TorchScript;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares the rows of one block with other rows, tile by tile, and keeps the nearest.
 *
 * <p>A tile of products is {@value #QUERIES_PER_TILE} × {@value #KEYS_PER_TILE} numbers (4 MB), so
 * that it is still in the cache when it is scanned. Shapes depend on the rows alone, and with them
 * every rounding.
 */
final class BlockProducts implements AutoCloseable {
  private static final int QUERIES_PER_TILE = 256;
  private static final int KEYS_PER_TILE = 4096;
  private static final String SOURCE =
      """
        def products(self, queries: Tensor, keys: Tensor) -> Tensor:
          return torch.mm(queries, keys.t())
      """;

  private final TorchScript script = TorchScript.of(SOURCE);
  private final NDManager scope = Torch.newScope();
  private final RowBlock block;
  private final List<NDArray> queries = new ArrayList<>();
  private final float[] similarities = new float[KEYS_PER_TILE];

  BlockProducts(RowBlock block) {
    this.block = block;
    int width = block.width();
    for (int first = 0; first < block.rows(); first += QUERIES_PER_TILE) {
      int rows = Math.min(QUERIES_PER_TILE, block.rows() - first);
      queries.add(NativeFloats.rows(scope, block.values(), first, rows, width));
    }
  }

  /** Takes the products of one query with consecutive keys. */
  interface Receiver {
    /**
     * Takes them.
     *
     * @param query number of the query within the block
     * @param firstKey number of the first key among those compared
     * @param similarities the products; the first {@code count} of them are read
     */
    void accept(int query, int firstKey, float[] similarities, int count);
  }

  /**
   * Compares all queries of the block with {@code keys}.
   *
   * @param keys [n, d] row-major
   */
  void compare(float[] keys, Receiver receiver) {
    int width = block.width();
    int rows = keys.length / width;
    for (int first = 0; first < rows; first += KEYS_PER_TILE) {
      int count = Math.min(KEYS_PER_TILE, rows - first);
      try (NDManager step = scope.newSubManager()) {
        offer(NativeFloats.rows(step, keys, first, count, width), first, count, receiver);
      }
    }
  }

  private void offer(NDArray keys, int firstKey, int count, Receiver receiver) {
    for (int part = 0; part < queries.size(); part++) {
      try (NDManager step = scope.newSubManager()) {
        NDList products = script.run(step, "products", queries.get(part), keys);
        int rows = (int) queries.get(part).getShape().get(0);
        for (int i = 0; i < rows; i++) {
          NativeFloats.read(products.head(), i * count, similarities, count);
          receiver.accept(part * QUERIES_PER_TILE + i, firstKey, similarities, count);
        }
      }
    }
  }

  @Override
  public void close() {
    scope.close();
  }
}
