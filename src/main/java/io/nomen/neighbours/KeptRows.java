package io.nomen.neighbours;

import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import java.util.Arrays;

/**
 * Smooths new rows against rows that were kept, as the kept ones were smoothed among themselves.
 */
public final class KeptRows {
  private KeptRows() {}

  /**
   * New rows averaged with their nearest kept rows, as unit rows. Where a new row is itself among
   * the kept ones, one copy of it is left out: so a row that was fitted gets again what it had.
   *
   * @param block [n, d], unit rows
   * @param kept [m, d], unit rows
   * @param count how many of the kept rows are averaged
   */
  public static RowBlock smooth(RowBlock block, Matrix kept, int count) {
    int asked = Math.min(count + 1, kept.rows());
    RowBlock queries = new RowBlock(kept.rows(), block.rows(), block.width(), block.values());
    NearestRows nearest = new NearestRows(block.rows(), asked);
    try (BlockProducts products = new BlockProducts(queries)) {
      nearest.offerAll(queries, products, kept.values(), 0);
    }
    NeighbourBlock found = nearest.sorted(queries.firstRow());
    float[] sums = new float[block.values().length];
    int taken = Math.min(count, kept.rows());
    for (int i = 0; i < block.rows(); i++) {
      add(block, i, kept, found, taken, sums);
    }
    return new RowBlock(
        block.firstRow(), block.rows(), block.width(), Smoothing.mixed(block, sums, taken));
  }

  private static void add(
      RowBlock block, int row, Matrix kept, NeighbourBlock found, int taken, float[] sums) {
    int width = block.width();
    boolean skipped = false;
    int added = 0;
    for (int n = 0; n < found.count() && added < taken; n++) {
      int start = found.neighbours()[row * found.count() + n] * width;
      if (!skipped
          && Arrays.equals(
              block.values(),
              row * width,
              (row + 1) * width,
              kept.values(),
              start,
              start + width)) {
        skipped = true;
        continue;
      }
      for (int j = 0; j < width; j++) {
        sums[row * width + j] += kept.values()[start + j];
      }
      added++;
    }
  }
}
