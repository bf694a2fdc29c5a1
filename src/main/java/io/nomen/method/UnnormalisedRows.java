package io.nomen.method;

import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import java.util.Optional;

/**
 * A model's outputs before they were made unit rows, which SIC and TURTLE work on: {@code norm ×
 * embedding}.
 */
public final class UnnormalisedRows {
  /** What CLIP's outputs are long, roughly; for embeddings that came without their lengths. */
  static final float TYPICAL_NORM = 10;

  /** Norms this near to 1 are those of units, though their numbers were rounded. */
  private static final double UNIT_TOLERANCE = 0.05;

  private UnnormalisedRows() {}

  /** Whether {@code norms} are there and say of most rows that they were no units. */
  static boolean known(Optional<RowBlocks> norms) {
    return norms
        .filter(
            lengths ->
                2 * lengths.blocks().map(UnnormalisedRows::others).fold(0L, Long::sum)
                    > lengths.rows())
        .isPresent();
  }

  /** All rows with their lengths where these are known; computed when used. */
  public static RowBlocks of(RowBlocks embeddings, Optional<RowBlocks> norms) {
    return of(embeddings, norms, known(norms));
  }

  /** All rows with their lengths; computed when used. */
  static RowBlocks of(RowBlocks embeddings, Optional<RowBlocks> norms, boolean known) {
    if (!known) {
      return new RowBlocks(
          embeddings.blocks().map(block -> scaled(block, TYPICAL_NORM)),
          embeddings.rows(),
          embeddings.width());
    }
    return new RowBlocks(
        embeddings
            .blocks()
            .zip(norms.orElseThrow().blocks())
            .map(pair -> scaled(pair._1(), pair._2())),
        embeddings.rows(),
        embeddings.width());
  }

  /** The rows of a block with their lengths where these are given. */
  static RowBlock of(RowBlock embeddings, Optional<RowBlock> norms) {
    return norms
        .map(lengths -> scaled(embeddings, lengths))
        .orElseGet(() -> scaled(embeddings, TYPICAL_NORM));
  }

  /** The greatest size of any number of {@code features}. */
  static double largest(RowBlocks features) {
    return features.blocks().map(UnnormalisedRows::largest).fold(0f, Math::max);
  }

  private static float largest(RowBlock features) {
    float largest = 0;
    for (float value : features.values()) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  private static RowBlock scaled(RowBlock block, float factor) {
    float[] values = block.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
    return new RowBlock(block.firstRow(), block.rows(), block.width(), values);
  }

  private static RowBlock scaled(RowBlock block, RowBlock norms) {
    float[] values = block.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] *= norms.values()[i / block.width()];
    }
    return new RowBlock(block.firstRow(), block.rows(), block.width(), values);
  }

  private static long others(RowBlock norms) {
    long others = 0;
    for (float norm : norms.values()) {
      others += Math.abs(norm - 1) > UNIT_TOLERANCE ? 1 : 0;
    }
    return others;
  }
}
