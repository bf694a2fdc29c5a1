package io.nomen.testing;

import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.RowBlocks;
import java.util.Arrays;
import org.apache.spark.api.java.JavaRDD;

/** Clusters that a test knows, as a method's assignments. */
public final class KnownClusters {
  private KnownClusters() {}

  /**
   * In the blocks of {@code rows}; confidences are 0.
   *
   * @param clusters [N]
   */
  public static JavaRDD<AssignmentBlock> of(RowBlocks rows, int[] clusters) {
    return rows.blocks()
        .map(
            block -> {
              int first = Math.toIntExact(block.firstRow());
              int[] own = Arrays.copyOfRange(clusters, first, first + block.rows());
              float[] none = new float[own.length];
              return new AssignmentBlock(first, own, none, own, none);
            });
  }
}
