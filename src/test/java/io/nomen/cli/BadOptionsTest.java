package io.nomen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.testing.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Every option of every subcommand with something that it cannot be. */
class BadOptionsTest {
  /** Options that take any text: paths, names of columns, folders. */
  private static final Set<String> ANY_TEXT =
      Set.of(
          "--input",
          "--output",
          "--embeddings",
          "--second-model",
          "--npy",
          "--nouns-npy",
          "--nouns",
          "--csv",
          "--safetensors",
          "--parquet",
          "--tensor",
          "--embedding-column",
          "--path-column",
          "--label-column",
          "--image-column",
          "--labels",
          "--paths",
          "--model",
          "--vocabulary",
          "--against",
          "--run",
          "--samples",
          "--job",
          "--subtree",
          "--compare",
          "--previous",
          "--changes",
          "--with",
          "--classes");

  /** A value out of range where the type alone allows it. */
  private static final Map<String, String> OUT_OF_RANGE =
      Map.ofEntries(
          Map.entry("--clusters", "0"),
          Map.entry("--layers", "0"),
          Map.entry("--kmeans-restarts", "0"),
          Map.entry("--replicas", "0"),
          Map.entry("--shards", "-1"),
          Map.entry("--local-steps", "0"),
          Map.entry("--train-max", "1"),
          Map.entry("--semantic-centres", "0"),
          Map.entry("--epochs", "0"),
          Map.entry("--batch-size", "0"),
          Map.entry("--pixel-limit", "0"),
          Map.entry("--max-bad-fraction", "1.5"),
          Map.entry("--duplicate-cosine", "1.01"));

  record Case(String subcommand, String option, String value) {}

  static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    CommandLine line = new CommandLine(new Main());
    line.getSubcommands()
        .forEach(
            (name, subcommand) -> {
              for (OptionSpec option : subcommand.getCommandSpec().options()) {
                add(cases, name, option);
              }
            });
    return cases.stream();
  }

  private static void add(List<Case> cases, String subcommand, OptionSpec option) {
    String name = option.longestName();
    if (option.arity().max() > 0 && !ANY_TEXT.contains(name)) {
      cases.add(new Case(subcommand, name, "wrong!"));
      if (OUT_OF_RANGE.containsKey(name)) {
        cases.add(new Case(subcommand, name, OUT_OF_RANGE.get(name)));
      }
    }
    cases.add(new Case(subcommand, name + "x", "1"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void a_wrong_option_ends_with_2_and_is_named(Case wrong) {
    Command ended = Command.alone(wrong.subcommand(), wrong.option(), wrong.value());
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err()).contains(wrong.option()).doesNotContain("Exception");
  }
}
