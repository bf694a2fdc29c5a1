package io.nomen.neighbours;

import io.nomen.Progress;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import java.util.List;

/** Cuts a matrix into the pieces that are broadcast one after the other. */
final class BroadcastChunks {
  /** Rows of a piece: 134 MB at 512 columns. */
  static final int ROWS = 65_536;

  private BroadcastChunks() {}

  /** How many chunks of {@code rowsPerChunk} a matrix of {@code rows} makes. */
  static long count(long rows, int rowsPerChunk) {
    return (rows + rowsPerChunk - 1) / rowsPerChunk;
  }

  /** Begins a stage whose steps are the chunks of {@code matrix}. */
  static Progress.Step begin(Progress progress, String stage, RowBlocks matrix, int rowsPerChunk) {
    Progress.Step step = progress.begin(stage, count(matrix.rows(), rowsPerChunk), "steps");
    step.done(0);
    return step;
  }

  /** The blocks that begin at row {@code first} or within {@code rows} after it, in row order. */
  static List<RowBlock> collect(RowBlocks matrix, long first, int rows) {
    return matrix
        .blocks()
        .filter(b -> b.firstRow() >= first && b.firstRow() < first + rows)
        .collect();
  }

  /** The block of {@code chunk} that holds {@code row}, or null where none does. */
  static RowBlock holding(List<RowBlock> chunk, long row) {
    int low = 0;
    int high = chunk.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      RowBlock block = chunk.get(middle);
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
