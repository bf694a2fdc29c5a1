package io.nomen.method;

import io.nomen.semantics.NounSubspace;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import java.io.Serializable;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** What a method has learnt: gives new images their clusters without a second fit. */
public interface FittedModel extends Serializable {
  /** The name of the method that made it. */
  String method();

  /** K. */
  int clusters();

  /** d, the width of the embeddings that it takes. */
  int width();

  /**
   * The clusters of the rows of a block: a function of these rows alone.
   *
   * @param embeddings [n, d] float32, unit rows
   * @param norms [n, 1], as in {@link MethodInput#norms()}
   */
  AssignmentBlock assign(RowBlock embeddings, Optional<RowBlock> norms);

  /**
   * The clusters of {@code embeddings}, row by row; nothing is computed before the result is used,
   * and Spark's cleaner frees the broadcast model with it.
   *
   * @param embeddings [N, d] float32, unit rows
   * @param norms [N, 1], as in {@link MethodInput#norms()}
   */
  default JavaRDD<AssignmentBlock> assign(RowBlocks embeddings, Optional<RowBlocks> norms) {
    Broadcast<FittedModel> shared =
        JavaSparkContext.fromSparkContext(embeddings.blocks().context()).broadcast(this);
    return norms.isEmpty()
        ? embeddings.blocks().map(block -> shared.value().assign(block, Optional.empty()))
        : embeddings
            .blocks()
            .zip(norms.get().blocks())
            .map(pair -> shared.value().assign(pair._1(), Optional.of(pair._2())));
  }

  /**
   * Where the model sees images by what nouns say of them; empty where it takes them as they are.
   */
  default Optional<NounSubspace> subspace() {
    return Optional.empty();
  }

  /** The rows as the model sees them, [N, m] unit rows. */
  default RowBlocks space(RowBlocks embeddings) {
    return subspace().map(s -> s.of(embeddings)).orElse(embeddings);
  }

  /** The model taken apart for storing; {@link Methods#model} puts it together again. */
  ModelParts parts();
}
