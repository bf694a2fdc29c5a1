package io.nomen.tensor;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaRDD;

/**
 * Sends what is known of a row (a {@code Long}, its number) to the partition that holds the row.
 */
public final class RowPartitioner extends Partitioner {
  private static final long serialVersionUID = 1L;

  private final int partitions;

  /** First rows of the partitions that have rows, and which these are. */
  private final long[] firstRows;

  private final int[] numbers;

  private RowPartitioner(int partitions, long[] firstRows, int[] numbers) {
    this.partitions = partitions;
    this.firstRows = firstRows;
    this.numbers = numbers;
  }

  /**
   * The partitioner of consecutive rows.
   *
   * @param firstRows number of the first row of each block
   */
  public static RowPartitioner of(JavaRDD<Long> firstRows) {
    List<long[]> found =
        firstRows
            .mapPartitionsWithIndex(
                (partition, rows) ->
                    rows.hasNext()
                        ? List.of(new long[] {partition, rows.next()}).iterator()
                        : List.<long[]>of().iterator(),
                false)
            .collect();
    return new RowPartitioner(
        firstRows.getNumPartitions(),
        found.stream().mapToLong(pair -> pair[1]).toArray(),
        found.stream().mapToInt(pair -> (int) pair[0]).toArray());
  }

  @Override
  public int numPartitions() {
    return partitions;
  }

  @Override
  public int getPartition(Object row) {
    int at = Arrays.binarySearch(firstRows, (Long) row);
    return numbers[at >= 0 ? at : -at - 2];
  }
}
