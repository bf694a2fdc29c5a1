package io.nomen.cli;

import io.nomen.RootLocale;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.text.similarity.LevenshteinDistance;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.UnmatchedArgumentException;

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

  /** Adds what the parser found wrong, as one sentence. */
  void add(Exception error, CommandSpec spec) {
    // An unknown option in the place of a value is told of twice, once without its name.
    if (!(error instanceof UnmatchedArgumentException unmatched)
        || !unmatched.getUnmatched().isEmpty()) {
      add(sentence(error, spec));
    }
  }

  boolean isEmpty() {
    return sentences.isEmpty();
  }

  List<String> sentences() {
    return List.copyOf(sentences);
  }

  /** {@code "; did you mean \"…\"?"} without the question mark, or nothing when nothing is near. */
  static String suggestion(String typed, Stream<String> known) {
    LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
    return known
        .min(Comparator.comparing(word -> distance.apply(typed, word)))
        .filter(word -> distance.apply(typed, word) <= Math.max(2, typed.length() / 2))
        .map(word -> "; did you mean \"" + word + "\"")
        .orElse("");
  }

  private static String sentence(Exception error, CommandSpec spec) {
    if (error instanceof UnmatchedArgumentException unmatched) {
      return unmatched.getUnmatched().stream()
          .map(word -> unknown(word, spec))
          .collect(Collectors.joining(" "));
    }
    if (error instanceof MissingParameterException missing) {
      return "Missing: "
          + missing.getMissing().stream()
              .map(
                  argument ->
                      argument.paramLabel().isBlank() ? argument.toString() : name(argument))
              .collect(Collectors.joining(", "))
          + ".";
    }
    return error.getMessage().endsWith(".") ? error.getMessage() : error.getMessage() + ".";
  }

  private static String name(ArgSpec argument) {
    return argument instanceof OptionSpec option
        ? option.longestName() + " " + option.paramLabel()
        : argument.paramLabel();
  }

  private static String unknown(String word, CommandSpec spec) {
    boolean option = word.startsWith("-");
    String typed = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
    Stream<String> known =
        option
            ? spec.optionsMap().keySet().stream().filter(name -> name.startsWith("--"))
            : spec.subcommands().keySet().stream();
    return "\"%s\" is not %s of %s%s."
        .formatted(
            typed,
            option ? "an option" : "a subcommand or value",
            spec.qualifiedName(),
            suggestion(typed, known));
  }
}
