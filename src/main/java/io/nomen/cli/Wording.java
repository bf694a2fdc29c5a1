package io.nomen.cli;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.UnmatchedArgumentException;

/** Puts what the parser found wrong into one sentence. */
final class Wording {
  private Wording() {}

  static String of(Exception error, CommandSpec spec) {
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

  private static String name(picocli.CommandLine.Model.ArgSpec argument) {
    return argument instanceof picocli.CommandLine.Model.OptionSpec option
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
            Nearest.hint(typed, known));
  }
}
