package io.nomen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.testing.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The job files for the papers' tables: each is accepted, and its settings are the papers'. */
class JobFilesTest {
  /**
   * TAC's settings (arXiv 2310.11989: K of the data set, k = N/300 or 3 K, epochs, batch, τ̂ as in
   * the published code), name by name.
   */
  private static final String TAC =
      """
      stl10         10   17    20   512   0.5
      cifar10       10   167   20   512   0.5
      cifar20       20   167   20   512   0.5
      imagenet10    10   43    20   512   0.5
      imagenet-dogs 15   65    20   512   0.5
      dtd           47   141   20   512   0.5
      ucf101        101  303   100  8192  5.0
      imagenet      1000 4271  100  8192  5.0
      """;

  /** SIC's data sets (arXiv 2208.09849) with their K; its other settings are one for all. */
  private static final String SIC =
      """
      stl10         10
      cifar10       10
      cifar20       20
      imagenet10    10
      imagenet-dogs 15
      tiny-imagenet 200
      """;

  @TempDir Path folder;

  static String[] tac() {
    return TAC.strip().split("\n", -1);
  }

  static String[] sic() {
    return SIC.strip().split("\n", -1);
  }

  @ParameterizedTest
  @MethodSource("tac")
  void tac_is_run_with_the_papers_settings(String row) throws Exception {
    String[] wanted = row.strip().split("\\s+", -1);
    JsonNode options = planned("tac-" + wanted[0]);
    assertThat(options.get("method").asText()).isEqualTo("tac");
    assertThat(options.get("clusters").asText()).isEqualTo(wanted[1]);
    assertThat(options.get("semantic-centres").asText()).isEqualTo(wanted[2]);
    assertThat(options.get("epochs").asText()).isEqualTo(wanted[3]);
    assertThat(options.get("train-batch").asText()).isEqualTo(wanted[4]);
    assertThat(options.get("contrast-temperature").asText()).isEqualTo(wanted[5]);
    assertThat(options.get("neighbours").asText()).isEqualTo("50");
    assertThat(options.get("vocabulary").asText()).isEqualTo("wordnet");
    requireInputs("tac-", wanted[0]);
  }

  @ParameterizedTest
  @MethodSource("sic")
  void sic_is_run_with_the_papers_settings(String row) throws Exception {
    String[] wanted = row.strip().split("\\s+", -1);
    JsonNode options = planned("sic-" + wanted[0]);
    assertThat(options.get("method").asText()).isEqualTo("sic");
    assertThat(options.get("clusters").asText()).isEqualTo(wanted[1]);
    assertThat(options.get("mapping").asText()).isEqualTo("adjusted");
    assertThat(options.get("epochs").asText()).isEqualTo("20");
    assertThat(options.get("train-batch").asText()).isEqualTo("128");
    assertThat(options.get("neighbours").asText()).isEqualTo("20");
    assertThat(options.get("vocabulary").asText()).isEqualTo("wordnet");
    requireInputs("sic-", wanted[0]);
  }

  @Test
  void every_job_file_of_a_paper_is_in_the_tables_here_and_the_other_way_round() throws Exception {
    Set<String> tables =
        java.util.stream.Stream.concat(
                Arrays.stream(tac())
                    .map(row -> "tac-" + row.strip().split("\\s+", -1)[0] + ".yaml"),
                Arrays.stream(sic())
                    .map(row -> "sic-" + row.strip().split("\\s+", -1)[0] + ".yaml"))
            .collect(Collectors.toSet());
    try (var files = Files.list(Path.of("jobs"))) {
      assertThat(
              files
                  .map(file -> file.getFileName().toString())
                  .filter(name -> name.matches("(tac|sic)-.*"))
                  .collect(Collectors.toSet()))
          .isEqualTo(tables);
    }
  }

  @Test
  void the_job_file_of_the_samples_is_accepted_as_it_is() {
    Command command =
        Command.done(
            "cluster", "--job", "jobs/samples.yaml", "--dry-run", "--output", folder.resolve("s"));
    assertThat(command.lastLine().at("/options/clusters").asText()).isEqualTo("24");
  }

  /** The effective options of a dry run, with images and a model that are here. */
  private JsonNode planned(String name) {
    Command command =
        Command.done(
            "cluster",
            "--job",
            "jobs/" + name + ".yaml",
            "--input",
            "samples/pizza",
            "--model",
            "tiny",
            "--output",
            folder.resolve(name),
            "--dry-run");
    assertThat(command.lastLine().get("plan").size()).isGreaterThanOrEqualTo(4);
    assertThat(folder.resolve(name)).doesNotExist();
    return command.lastLine().get("options");
  }

  private static void requireInputs(String method, String set) throws Exception {
    assertThat(Files.readString(Path.of("jobs", method + set + ".yaml")))
        .contains("\ninput: [data/" + set + "/train]\n")
        .contains("\nmodel: models/openai/clip-vit-base-patch32\n")
        .contains("\noutput: out/" + method + set + "\n");
  }
}
