package io.nomen.cli;

import io.nomen.RootLocale;
import java.util.ArrayList;
import java.util.List;

/** Everything that is wrong with a command line, gathered so that it is reported at once. */
final class Violations {
  private final List<String> sentences = new ArrayList<>();

  void add(String sentence) {
    sentences.add(sentence);
  }

  /** Adds {@code sentence} unless {@code holds}. */
  void require(boolean holds, String sentence) {
    if (!holds) {
      add(sentence);
    }
  }

  /** Adds a sentence unless {@code value} is at least {@code least}. */
  void atLeast(String option, long value, long least) {
    require(
        value >= least,
        RootLocale.format("%s is %d; it must be at least %d.", option, value, least));
  }

  boolean isEmpty() {
    return sentences.isEmpty();
  }

  List<String> sentences() {
    return List.copyOf(sentences);
  }
}
