package io.nomen.tensor;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;

/**
 * A matrix of N rows, spread over a cluster as blocks of consecutive rows.
 *
 * <p>Order and partitioning depend on the rows alone and never on cores or executors, so that sums
 * over partitions, and with them every result, are the same wherever the job runs.
 *
 * @param blocks the blocks in row order; concatenated they are the whole matrix
 * @param rows N
 * @param width d
 */
public record RowBlocks(JavaRDD<RowBlock> blocks, long rows, int width) {
  /** Rows per block where a matrix is cut up here: 8 MB at 512 columns. */
  public static final int ROWS_PER_BLOCK = 4096;

  public RowBlocks {
    if (rows > Integer.MAX_VALUE) {
      throw NomenException.input(
          RootLocale.format(
              "There are %,d images, and a run holds %,d at most: samples and neighbours number"
                  + " them in 32 bits. Cluster a part of them, and give the others to its clusters"
                  + " in parts too, by nomen assign.",
              rows, Integer.MAX_VALUE));
    }
  }

  /**
   * Cuts a matrix that the driver holds, one partition per block. The values travel once to every
   * machine, as a broadcast; in the tasks themselves they would travel with each.
   */
  public static RowBlocks of(JavaSparkContext spark, float[] values, int width) {
    int rows = values.length / width;
    int count = Math.max(1, (rows + ROWS_PER_BLOCK - 1) / ROWS_PER_BLOCK);
    Broadcast<float[]> shared = spark.broadcast(values);
    List<Integer> numbers = IntStream.range(0, count).boxed().toList();
    JavaRDD<RowBlock> blocks =
        spark.parallelize(numbers, count).map(block -> cut(shared.value(), width, rows, block));
    return new RowBlocks(blocks, rows, width);
  }

  private static RowBlock cut(float[] values, int width, int rows, int block) {
    int first = block * ROWS_PER_BLOCK;
    int count = Math.min(ROWS_PER_BLOCK, rows - first);
    float[] part = Arrays.copyOfRange(values, first * width, (first + count) * width);
    return new RowBlock(first, count, width, part);
  }

  /** The same rows, kept by Spark once they are computed. */
  public RowBlocks persist(StorageLevel level) {
    return new RowBlocks(blocks.persist(level), rows, width);
  }

  /** Lets go of what {@link #persist} keeps. */
  public void unpersist() {
    blocks.unpersist();
  }

  /** The whole matrix on the driver, [N, d] row-major; only for matrices known to be small. */
  public float[] collect() {
    float[] all = new float[Math.toIntExact(rows * width)];
    DriverParts.each(
        blocks,
        (long) all.length * Float.BYTES,
        block ->
            System.arraycopy(
                block.values(),
                0,
                all,
                Math.toIntExact(block.firstRow() * width),
                block.values().length));
    return all;
  }
}
