package io.nomen.semantics;

import java.util.OptionalInt;

/**
 * How many axes of the noun subspace images are seen along.
 *
 * @param word {@code auto}, {@code off} or a number from 1
 */
public record SubspaceWidth(String word) {
  /** As many as hold {@link NounSubspace#SHARE} of what the nouns differ by. */
  public static final SubspaceWidth AUTO = new SubspaceWidth("auto");

  /** All that the embeddings have, the nouns' or not. */
  public static final SubspaceWidth OFF = new SubspaceWidth("off");

  public SubspaceWidth {
    if (!word.matches("auto|off|[1-9]\\d{0,5}")) {
      throw new IllegalArgumentException("\"" + word + "\" is no width of a subspace");
    }
  }

  /** Whether images are seen as they are. */
  public boolean isOff() {
    return word.equals("off");
  }

  OptionalInt axes() {
    return word.matches("\\d+") ? OptionalInt.of(Integer.parseInt(word)) : OptionalInt.empty();
  }
}
