package io.nomen.tensor;

import java.io.Serializable;
import java.util.Arrays;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * The clusters of consecutive rows, column by column.
 *
 * @param firstRow number of the first row in the whole matrix
 * @param cluster [n] the cluster of each row
 * @param confidence [n] in 0…1, what the method's model gives that cluster
 * @param runnerUp [n] the next best cluster; the cluster itself where there is only one
 * @param runnerUpConfidence [n] in 0…1; 0 where there is only one cluster
 */
public record AssignmentBlock(
    long firstRow, int[] cluster, float[] confidence, int[] runnerUp, float[] runnerUpConfidence)
    implements Serializable {

  public AssignmentBlock {
    if (confidence.length != cluster.length
        || runnerUp.length != cluster.length
        || runnerUpConfidence.length != cluster.length) {
      throw new IllegalArgumentException(
          "columns of %d, %d, %d and %d rows in one block of assignments"
              .formatted(
                  cluster.length, confidence.length, runnerUp.length, runnerUpConfidence.length));
    }
  }

  /** The cluster of every row, [N], in row order, on the driver. */
  public static int[] clusters(JavaRDD<AssignmentBlock> assignments) {
    return assignments.map(AssignmentBlock::cluster).collect().stream()
        .flatMapToInt(Arrays::stream)
        .toArray();
  }

  /**
   * The clusters of some rows, on the driver.
   *
   * @param rows their numbers, rising
   * @return [rows]
   */
  public static int[] clusters(JavaRDD<AssignmentBlock> assignments, int[] rows) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(assignments.context());
    Broadcast<int[]> wanted = spark.broadcast(rows);
    int[] clusters =
        assignments
            .map(
                block ->
                    Arrays.stream(RowSample.within(wanted.value(), block.firstRow, block.rows()))
                        .map(row -> block.cluster[row])
                        .toArray())
            .collect()
            .stream()
            .flatMapToInt(Arrays::stream)
            .toArray();
    wanted.destroy();
    return clusters;
  }

  /**
   * The same clusters under other numbers.
   *
   * @param ids [K] the number of each
   */
  public static JavaRDD<AssignmentBlock> renumbered(JavaRDD<AssignmentBlock> blocks, int[] ids) {
    return blocks.map(
        block ->
            new AssignmentBlock(
                block.firstRow,
                Arrays.stream(block.cluster).map(c -> ids[c]).toArray(),
                block.confidence,
                Arrays.stream(block.runnerUp).map(c -> ids[c]).toArray(),
                block.runnerUpConfidence));
  }

  /** n, how many rows the block holds. */
  public int rows() {
    return cluster.length;
  }
}
