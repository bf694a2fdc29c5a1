package io.nomen.method;

import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** Means of rows by group, where a row may be in several groups or in none. */
final class GroupMeans {
  private GroupMeans() {}

  private record Sums(long firstRow, double[] values, long[] counts) implements Serializable {}

  /**
   * The mean of each group's rows, [groups, d]; zeros for a group without rows.
   *
   * @param members row numbers of each group
   */
  static Matrix of(RowBlocks rows, List<int[]> members) {
    int width = rows.width();
    int groups = members.size();
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(rows.blocks().context());
    Broadcast<List<int[]>> shared = spark.broadcast(members);
    // Summed in row order, so that the result is the same on any cluster.
    List<Sums> parts =
        rows.blocks().map(block -> sums(block, shared.value())).collect().stream()
            .sorted(Comparator.comparingLong(Sums::firstRow))
            .toList();
    shared.destroy();
    float[] means = new float[groups * width];
    for (int i = 0; i < means.length; i++) {
      double sum = 0;
      long count = 0;
      for (Sums part : parts) {
        sum += part.values()[i];
        count += part.counts()[i / width];
      }
      means[i] = (float) (sum / Math.max(1, count));
    }
    return new Matrix(groups, width, means);
  }

  private static Sums sums(RowBlock block, List<int[]> members) {
    int width = block.width();
    double[] values = new double[members.size() * width];
    long[] counts = new long[members.size()];
    for (int group = 0; group < members.size(); group++) {
      for (int row : members.get(group)) {
        long own = row - block.firstRow();
        if (own >= 0 && own < block.rows()) {
          counts[group]++;
          for (int j = 0; j < width; j++) {
            values[group * width + j] += block.values()[(int) own * width + j];
          }
        }
      }
    }
    return new Sums(block.firstRow(), values, counts);
  }
}
