package io.nomen.neighbours;

import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;

/** Rows at even distances, brought to the driver. */
final class EvenRows {
  private EvenRows() {}

  /** {@code count} rows of {@code matrix}, [count, d]; the numbers of {@link #numbers}. */
  static Matrix of(RowBlocks matrix, int count) {
    long[] numbers = numbers(matrix.rows(), count);
    int width = matrix.width();
    float[] chosen = new float[count * width];
    for (RowBlock part : matrix.blocks().map(block -> pick(block, numbers)).collect()) {
      System.arraycopy(
          part.values(), 0, chosen, (int) part.firstRow() * width, part.values().length);
    }
    return new Matrix(count, width, chosen);
  }

  /** Numbers of {@code count} rows out of {@code rows}, rising. */
  static long[] numbers(long rows, int count) {
    long[] numbers = new long[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (2L * i + 1) * rows / (2L * count);
    }
    return numbers;
  }

  /** The chosen rows of one block; its first row counts among the chosen. */
  private static RowBlock pick(RowBlock block, long[] numbers) {
    int from = firstAtLeast(numbers, block.firstRow());
    int to = firstAtLeast(numbers, block.firstRow() + block.rows());
    int width = block.width();
    float[] values = new float[(to - from) * width];
    for (int i = from; i < to; i++) {
      int row = (int) (numbers[i] - block.firstRow());
      System.arraycopy(block.values(), row * width, values, (i - from) * width, width);
    }
    return new RowBlock(from, to - from, width, values);
  }

  private static int firstAtLeast(long[] numbers, long value) {
    int found = java.util.Arrays.binarySearch(numbers, value);
    return found >= 0 ? found : -found - 1;
  }
}
