package io.nomen.kmeans;

import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Some rows of a large matrix, brought to the driver.
 *
 * @param numbers [n] which rows they are, rising
 * @param rows [n, d] their values
 */
public record SampledRows(long[] numbers, Matrix rows) {

  /** Draws about {@code wanted} rows of {@code source}; all of them where it has no more. */
  public static SampledRows draw(RowBlocks source, long wanted, long seed) {
    RowSample sample = new RowSample(seed, wanted, source.rows());
    List<Part> parts = source.blocks().map(block -> Part.of(block, sample)).collect();
    long[] numbers = parts.stream().flatMapToLong(p -> LongStream.of(p.numbers())).toArray();
    float[] values = new float[numbers.length * source.width()];
    int filled = 0;
    for (Part part : parts) {
      System.arraycopy(part.values(), 0, values, filled, part.values().length);
      filled += part.values().length;
    }
    return new SampledRows(numbers, new Matrix(numbers.length, source.width(), values));
  }

  private record Part(long[] numbers, float[] values) implements java.io.Serializable {
    static Part of(RowBlock block, RowSample sample) {
      long[] numbers =
          LongStream.range(block.firstRow(), block.firstRow() + block.rows())
              .filter(sample::holds)
              .toArray();
      int width = block.width();
      float[] values = new float[numbers.length * width];
      for (int i = 0; i < numbers.length; i++) {
        int row = (int) (numbers[i] - block.firstRow());
        System.arraycopy(block.values(), row * width, values, i * width, width);
      }
      return new Part(numbers, values);
    }
  }
}
