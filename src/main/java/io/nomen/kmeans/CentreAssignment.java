package io.nomen.kmeans;

import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.InnerProducts;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.ScopedIterator;
import io.nomen.tensor.TopK;
import java.util.Iterator;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Gives rows to their nearest centres.
 *
 * <p>Confidence is {@code softmax(cosine / }{@value #TEMPERATURE}{@code )} over all centres. The
 * temperature is the one at which, on real CLIP features, the mean confidence comes closest to the
 * share of rows that are in the right cluster.
 */
public final class CentreAssignment {
  /** Of the confidence's softmax. */
  public static final double TEMPERATURE = 0.02;

  private CentreAssignment() {}

  /**
   * The clusters of {@code rows}; ties go to the lower number. Nothing is computed before the
   * result is used; Spark's cleaner frees the broadcast centres with it.
   *
   * @param rows [N, d], unit rows
   * @param centres [K, d], unit rows
   */
  public static JavaRDD<AssignmentBlock> assign(RowBlocks rows, Matrix centres) {
    return assign(rows, centres, TEMPERATURE);
  }

  /** The same with another temperature of the confidence's softmax. */
  public static JavaRDD<AssignmentBlock> assign(
      RowBlocks rows, Matrix centres, double temperature) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(rows.blocks().context());
    Broadcast<Matrix> shared = spark.broadcast(centres);
    return rows.blocks().mapPartitions(blocks -> assign(blocks, shared.value(), temperature), true);
  }

  /** The clusters of the rows of one block. */
  public static AssignmentBlock assign(RowBlock rows, Matrix centres, double temperature) {
    try (InnerProducts products = new InnerProducts(centres)) {
      return assign(rows, products, centres.rows(), temperature);
    }
  }

  private static Iterator<AssignmentBlock> assign(
      Iterator<RowBlock> blocks, Matrix centres, double temperature) {
    return new ScopedIterator<>(
        blocks,
        new InnerProducts(centres),
        (block, products) -> assign(block, products, centres.rows(), temperature));
  }

  private static AssignmentBlock assign(
      RowBlock block, InnerProducts products, int count, double temperature) {
    int[] cluster = new int[block.rows()];
    float[] confidence = new float[block.rows()];
    int[] runnerUp = new int[block.rows()];
    float[] runnerUpConfidence = new float[block.rows()];
    products.of(
        block,
        (from, rows, cosines) -> {
          for (int i = 0; i < rows; i++) {
            int offset = i * count;
            int best = TopK.first(cosines, offset, count);
            int next = TopK.second(cosines, offset, count, best);
            double share = TopK.softmax(cosines, offset, count, best, temperature);
            double gap = (cosines[offset + next] - cosines[offset + best]) / temperature;
            cluster[from + i] = best;
            confidence[from + i] = (float) share;
            runnerUp[from + i] = next;
            runnerUpConfidence[from + i] = next == best ? 0 : (float) (share * Math.exp(gap));
          }
        });
    return new AssignmentBlock(block.firstRow(), cluster, confidence, runnerUp, runnerUpConfidence);
  }
}
