package io.nomen.clip;

import java.io.Serializable;

/**
 * The text tower: a transformer whose state at one token is the text's embedding.
 *
 * @param positions most tokens of a text, start and end included
 * @param pooling which token is read
 * @param endToken {@code eos_token_id} of the configuration; {@link #LEGACY_END} in checkpoints
 *     converted early, whose end token is the largest id
 * @param causal whether a token sees those before it only
 * @param projectionBias whether the last linear layer has a bias
 */
public record TextSpec(
    TowerSpec tower,
    int vocabulary,
    int positions,
    Pooling pooling,
    int endToken,
    boolean causal,
    boolean projectionBias)
    implements Serializable {
  /** The wrong {@code eos_token_id} that early conversions carry; real end tokens are never 2. */
  public static final int LEGACY_END = 2;

  /** Which token's state is the text's embedding. */
  public enum Pooling {
    /** The first end token. */
    END_TOKEN,
    /** The last of {@code positions}: every text is padded to them, and padding is seen. */
    LAST_TOKEN
  }

  /** Whether the end of a text is where its largest id is. */
  public boolean endIsLargestId() {
    return endToken == LEGACY_END;
  }
}
