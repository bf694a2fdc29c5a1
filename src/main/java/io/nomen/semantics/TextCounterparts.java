package io.nomen.semantics;

import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.ScopedIterator;
import io.nomen.tensor.SoftmaxRetrieval;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * What the nouns say about each image: {@code w = softmax(cosines to the nouns / temperature)},
 * counterpart {@code u = normalise(Σ w·noun)} (TAC, arXiv 2310.11989, section 3.1).
 *
 * <p>Rows stay in their blocks and partitions. Nothing is computed before the result is used;
 * Spark's cleaner frees the broadcast nouns with it.
 */
public final class TextCounterparts {
  private TextCounterparts() {}

  /**
   * The counterparts of {@code embeddings}: [N, d], unit rows.
   *
   * @param nouns [m, d], unit rows: the selected ones
   */
  public static RowBlocks of(RowBlocks embeddings, Matrix nouns, double temperature) {
    JavaRDD<RowBlock> mixed =
        retrieve(embeddings, nouns, temperature, (block, retrieval) -> retrieval.mixtures(block));
    return new RowBlocks(mixed, embeddings.rows(), embeddings.width());
  }

  /**
   * Counterpart and embedding side by side, {@code [u ; v] / √2}: [N, 2 d], unit rows. The cosine
   * of two such rows is the mean of the cosines of their halves.
   */
  public static RowBlocks beside(RowBlocks embeddings, Matrix nouns, double temperature) {
    JavaRDD<RowBlock> joined =
        retrieve(
            embeddings,
            nouns,
            temperature,
            (block, retrieval) -> join(retrieval.mixtures(block), block));
    return new RowBlocks(joined, embeddings.rows(), 2 * embeddings.width());
  }

  /** The same for the rows of one block, [n, 2 d]. */
  public static RowBlock beside(RowBlock embeddings, Matrix nouns, double temperature) {
    try (SoftmaxRetrieval retrieval = new SoftmaxRetrieval(nouns, temperature)) {
      return join(retrieval.mixtures(embeddings), embeddings);
    }
  }

  private interface Step extends java.io.Serializable {
    RowBlock apply(RowBlock block, SoftmaxRetrieval retrieval);
  }

  private static JavaRDD<RowBlock> retrieve(
      RowBlocks embeddings, Matrix nouns, double temperature, Step step) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(embeddings.blocks().context());
    Broadcast<Matrix> shared = spark.broadcast(nouns);
    return embeddings
        .blocks()
        .mapPartitions(
            blocks ->
                new ScopedIterator<>(
                    blocks, new SoftmaxRetrieval(shared.value(), temperature), step::apply),
            true);
  }

  private static RowBlock join(RowBlock left, RowBlock right) {
    int width = left.width();
    float scale = (float) Math.sqrt(0.5);
    float[] both = new float[2 * left.values().length];
    for (int i = 0; i < left.rows(); i++) {
      for (int j = 0; j < width; j++) {
        both[2 * i * width + j] = scale * left.values()[i * width + j];
        both[(2 * i + 1) * width + j] = scale * right.values()[i * width + j];
      }
    }
    return new RowBlock(left.firstRow(), left.rows(), 2 * width, both);
  }
}
