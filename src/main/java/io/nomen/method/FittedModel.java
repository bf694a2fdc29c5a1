package io.nomen.method;

import io.nomen.semantics.NounSubspace;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.RowBlocks;
import java.io.Serializable;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;

/** What a method has learnt: gives new images their clusters without a second fit. */
public interface FittedModel extends Serializable {
  /** The name of the method that made it. */
  String method();

  /** K. */
  int clusters();

  /** d, the width of the embeddings that it takes. */
  int width();

  /**
   * The clusters of {@code embeddings}, row by row; nothing is computed before the result is used.
   *
   * @param embeddings [N, d] float32, unit rows
   * @param norms [N, 1], as in {@link MethodInput#norms()}
   */
  JavaRDD<AssignmentBlock> assign(RowBlocks embeddings, Optional<RowBlocks> norms);

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
