package io.nomen.evaluate;

import io.nomen.neighbours.NearestRows;
import io.nomen.tensor.InnerProducts;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import java.util.Arrays;
import java.util.OptionalDouble;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Whether images that look alike are together: the share of a sample's nearest images, found among
 * all of the run's, that are in the image's own cluster.
 */
final class NeighbourAgreement {
  private static final int SAMPLE = 500;
  private static final int NEIGHBOURS = 10;

  private NeighbourAgreement() {}

  /**
   * One pass over the embeddings: 500 products a row.
   *
   * @return 0 to 1; empty for a single image, which has no neighbour
   */
  static OptionalDouble of(RowBlocks embeddings, int[] clusters, long seed) {
    int count = (int) Math.min(NEIGHBOURS, embeddings.rows() - 1);
    if (count < 1) {
      return OptionalDouble.empty();
    }
    RowSample sample = RowSample.exactly(embeddings, SAMPLE, seed);
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(embeddings.blocks().context());
    Broadcast<RowSample> queries = spark.broadcast(sample);
    NearestRows nearest =
        embeddings
            .blocks()
            .treeAggregate(
                new NearestRows(sample.numbers().length, count),
                (best, block) -> offer(best, block, queries.value()),
                NearestRows::merge);
    queries.destroy();
    int[] own = Arrays.stream(sample.numbers()).mapToInt(row -> clusters[(int) row]).toArray();
    int[] others =
        Arrays.stream(nearest.sorted(0).neighbours()).map(row -> clusters[row]).toArray();
    return OptionalDouble.of(Quality.neighbourConsistency(own, others));
  }

  private static NearestRows offer(NearestRows best, RowBlock block, RowSample sample) {
    int width = block.width();
    RowBlock queries = sample.rows().block();
    Matrix rows = new Matrix(block.rows(), width, block.values());
    try (InnerProducts products = new InnerProducts(rows)) {
      products.of(
          queries,
          (from, count, cosines) -> {
            for (int query = 0; query < count; query++) {
              float[] own =
                  Arrays.copyOfRange(cosines, query * block.rows(), (query + 1) * block.rows());
              best.offer(
                  from + query,
                  sample.numbers()[from + query],
                  block.firstRow(),
                  own,
                  block.rows());
            }
          });
    }
    return best;
  }
}
