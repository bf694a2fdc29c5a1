package io.nomen.clip;

import java.io.Serializable;

/** Cuts texts into the tokens that a text tower takes. Safe for use by many threads. */
public interface Tokenizer extends Serializable {
  /**
   * The tokens of {@code text}, its start and end included, as many as the model takes at most.
   *
   * @return at most {@link #positions()} ids
   */
  int[] encode(String text);

  /** Most tokens of a text, start and end included. */
  int positions();
}
