package io.nomen.method;

import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import java.util.OptionalInt;

/**
 * The rows that heads are trained on: all of them, or so many at even distances where there are
 * more than a training takes. Path order keeps folders together, so that even distances take from
 * each its share.
 */
final class TrainingRows {
  private TrainingRows() {}

  /** At most {@code most} rows of {@code rows}, numbered anew from 0. */
  static RowBlocks of(RowBlocks rows, int most) {
    long all = rows.rows();
    if (all <= most) {
      return rows;
    }
    return new RowBlocks(rows.blocks().map(block -> thin(block, all, most)), most, rows.width());
  }

  /** The number among {@code most} rows of the row that is number {@code row} of {@code all}. */
  static OptionalInt number(long row, long all, long most) {
    if (all <= most) {
      return OptionalInt.of(Math.toIntExact(row));
    }
    long number = row * most / all;
    return (row + 1) * most / all > number
        ? OptionalInt.of(Math.toIntExact(number))
        : OptionalInt.empty();
  }

  private static RowBlock thin(RowBlock block, long all, long most) {
    long first = block.firstRow() * most / all;
    int kept = Math.toIntExact((block.firstRow() + block.rows()) * most / all - first);
    float[] values = new float[kept * block.width()];
    int next = 0;
    for (int i = 0; i < block.rows(); i++) {
      long row = block.firstRow() + i;
      if (number(row, all, most).isPresent()) {
        System.arraycopy(
            block.values(), i * block.width(), values, next * block.width(), block.width());
        next++;
      }
    }
    return new RowBlock(first, kept, block.width(), values);
  }
}
