package io.nomen.cli;

import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Gives options that were not given their defaults. picocli leaves all of them out when the last
 * value of a command line cannot be converted, and what else is wrong could not be told.
 */
final class Defaults {
  private Defaults() {}

  static void apply(ParseResult parsed) {
    for (OptionSpec option : parsed.commandSpec().options()) {
      if (option.defaultValue() != null && !parsed.hasMatchedOption(option)) {
        option.setValue(typed(option.type(), option.defaultValue()));
      }
    }
  }

  private static Object typed(Class<?> type, String value) {
    if (type == int.class) {
      return Integer.valueOf(value);
    }
    if (type == long.class) {
      return Long.valueOf(value);
    }
    if (type == double.class) {
      return Double.valueOf(value);
    }
    return type == boolean.class ? (Object) Boolean.valueOf(value) : value;
  }
}
