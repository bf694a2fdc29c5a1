package io.nomen.evaluate;

import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Rows drawn from a matrix, on the driver.
 *
 * @param rows [s] their numbers, rising
 * @param values [s, d]
 */
public record RowSample(int[] rows, float[] values) implements Serializable {

  /** At most {@code most} rows, each as likely as any other; all of them where there are fewer. */
  public static RowSample of(RowBlocks matrix, int most, long seed) {
    int all = Math.toIntExact(matrix.rows());
    int[] rows = all <= most ? IntStream.range(0, all).toArray() : draw(all, most, seed);
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(matrix.blocks().context());
    Broadcast<int[]> wanted = spark.broadcast(rows);
    List<float[]> parts = matrix.blocks().map(block -> take(block, wanted.value())).collect();
    wanted.destroy();
    float[] values = new float[rows.length * matrix.width()];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, values, at, part.length);
      at += part.length;
    }
    return new RowSample(rows, values);
  }

  private static int[] draw(int all, int most, long seed) {
    Random random = new Random(seed);
    // Floyd's way of drawing without repetition: as many steps as rows are drawn.
    TreeSet<Integer> drawn = new TreeSet<>();
    for (int last = all - most; last < all; last++) {
      int candidate = random.nextInt(last + 1);
      drawn.add(drawn.contains(candidate) ? last : candidate);
    }
    return drawn.stream().mapToInt(Integer::intValue).toArray();
  }

  private static float[] take(RowBlock block, int[] wanted) {
    int from = lowerBound(wanted, block.firstRow());
    int to = lowerBound(wanted, block.firstRow() + block.rows());
    float[] values = new float[(to - from) * block.width()];
    for (int i = from; i < to; i++) {
      System.arraycopy(
          block.values(),
          Math.toIntExact(wanted[i] - block.firstRow()) * block.width(),
          values,
          (i - from) * block.width(),
          block.width());
    }
    return values;
  }

  private static int lowerBound(int[] sorted, long value) {
    if (value > Integer.MAX_VALUE) {
      return sorted.length;
    }
    int at = Arrays.binarySearch(sorted, (int) value);
    return at >= 0 ? at : -at - 1;
  }
}
