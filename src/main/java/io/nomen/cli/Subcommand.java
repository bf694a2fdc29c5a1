package io.nomen.cli;

import java.util.Map;

/** One subcommand: its fields are its options, filled in by the parser. */
interface Subcommand {

  /** Says what is wrong with the options beyond their types; nothing is opened or read here. */
  void check(Violations violations);

  /**
   * Does the work.
   *
   * @return what the last line on stdout says, as one JSON object
   */
  Map<String, Object> run(Console console);
}
