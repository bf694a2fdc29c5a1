package io.nomen.tensor;

import java.util.OptionalInt;

/**
 * So many rows of a matrix, at even distances. Path order keeps folders together, so that even
 * distances take from each its share.
 */
public final class EvenRows {
  private EvenRows() {}

  /** At most {@code most} rows of {@code rows}, numbered anew from 0; all where it has no more. */
  public static RowBlocks of(RowBlocks rows, int most) {
    long all = rows.rows();
    if (all <= most) {
      return rows;
    }
    return new RowBlocks(rows.blocks().map(block -> thin(block, all, most)), most, rows.width());
  }

  /** The number among {@code most} rows of the row that is number {@code row} of {@code all}. */
  public static OptionalInt number(long row, long all, long most) {
    if (all <= most) {
      return OptionalInt.of(Math.toIntExact(row));
    }
    long number = row * most / all;
    return (row + 1) * most / all > number
        ? OptionalInt.of(Math.toIntExact(number))
        : OptionalInt.empty();
  }

  /** The number among {@code all} rows of the one that is {@code number} of {@code most}. */
  public static long row(long number, long all, long most) {
    return all <= most ? number : ((number + 1) * all + most - 1) / most - 1;
  }

  private static RowBlock thin(RowBlock block, long all, long most) {
    long first = block.firstRow() * most / all;
    int kept = Math.toIntExact((block.firstRow() + block.rows()) * most / all - first);
    float[] values = new float[kept * block.width()];
    for (int i = 0; i < kept; i++) {
      int row = (int) (row(first + i, all, most) - block.firstRow());
      System.arraycopy(
          block.values(), row * block.width(), values, i * block.width(), block.width());
    }
    return new RowBlock(first, kept, block.width(), values);
  }
}
