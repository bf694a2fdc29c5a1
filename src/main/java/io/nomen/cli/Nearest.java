package io.nomen.cli;

import java.util.Comparator;
import java.util.stream.Stream;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Finds what somebody meant to type. */
final class Nearest {
  private Nearest() {}

  /** {@code "; did you mean \"…\"?"} without the question mark, or nothing when nothing is near. */
  static String hint(String typed, Stream<String> known) {
    LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
    return known
        .min(Comparator.comparing(word -> distance.apply(typed, word)))
        .filter(word -> distance.apply(typed, word) <= Math.max(2, typed.length() / 2))
        .map(word -> "; did you mean \"" + word + "\"")
        .orElse("");
  }
}
