package io.nomen.clip;

import java.io.Serializable;

/**
 * The text tower: a causal transformer whose state at the end token is the text's embedding.
 *
 * @param positions most tokens of a text, start and end included
 * @param endToken {@code eos_token_id} of the configuration; {@link #LEGACY_END} in checkpoints
 *     converted early, whose end token is the largest id
 */
public record TextSpec(TowerSpec tower, int vocabulary, int positions, int endToken)
    implements Serializable {
  /** The wrong {@code eos_token_id} that early conversions carry; real end tokens are never 2. */
  public static final int LEGACY_END = 2;

  /** Whether the end of a text is where its largest id is. */
  public boolean endIsLargestId() {
    return endToken == LEGACY_END;
  }
}
