package io.nomen.neighbours;

import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import java.util.List;

/** Cuts a matrix into the pieces that are broadcast one after the other. */
final class Waves {
  /** Rows of a piece: 134 MB at 512 columns. */
  static final long ROWS = 65_536;

  private Waves() {}

  /** How many waves a matrix of {@code rows} makes. */
  static long count(long rows) {
    return (rows + ROWS - 1) / ROWS;
  }

  /** The blocks that begin at row {@code first} or within {@link #ROWS} after it, in row order. */
  static List<RowBlock> collect(RowBlocks matrix, long first) {
    return matrix
        .blocks()
        .filter(b -> b.firstRow() >= first && b.firstRow() < first + ROWS)
        .collect();
  }

  /** The block of {@code wave} that holds {@code row}, or null where none does. */
  static RowBlock holding(List<RowBlock> wave, long row) {
    int low = 0;
    int high = wave.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      RowBlock block = wave.get(middle);
      if (row < block.firstRow()) {
        high = middle - 1;
      } else if (row >= block.firstRow() + block.rows()) {
        low = middle + 1;
      } else {
        return block;
      }
    }
    return null;
  }
}
