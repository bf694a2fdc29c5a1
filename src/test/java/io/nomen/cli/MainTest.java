package io.nomen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.testing.Command;
import io.nomen.testing.FailingFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.package$;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
  @TempDir Path folder;

  @Test
  void an_unknown_option_is_refused_with_the_nearest_name() {
    Command ended = Command.alone("cluster", "--inptu", "x", "--clusters", "3");
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err())
        .contains("\"--inptu\" is not an option of nomen cluster; did you mean \"--input\"");
  }

  @Test
  void an_unknown_subcommand_is_refused_with_the_nearest_name() {
    Command ended = Command.alone("clutser");
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err()).contains("did you mean \"cluster\"");
  }

  @Test
  void all_that_is_wrong_is_said_at_once() {
    Command ended =
        Command.alone(
            "cluster",
            "--clusters",
            "none",
            "--precision",
            "fp7",
            "--device",
            "tpu",
            "--seed",
            "x",
            "--kmeans-restarts",
            "0",
            "--max-bad-fraction",
            "2",
            "--method",
            "tca");
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err())
        .contains("--clusters is \"none\"")
        .contains("--precision is \"fp7\"")
        .contains("--device is \"tpu\"")
        .contains("--seed")
        .contains("--kmeans-restarts is 0")
        .contains("--max-bad-fraction is 2.0")
        .contains("--method")
        .contains("either --input URI or --embeddings EMB");
    assertThat(ended.lastLine().get("violations").size()).isGreaterThanOrEqualTo(8);
  }

  @Test
  void a_job_file_gives_options_and_the_command_line_wins() throws Exception {
    Path job = folder.resolve("job.yaml");
    Files.writeString(job, "input: [samples]\nclusters: 7\nseed: 5\n");
    Command ended =
        Command.alone(
            "cluster",
            "--job",
            job.toString(),
            "--seed",
            "9",
            "--dry-run",
            "--output",
            folder.resolve("run").toString());
    assertThat(ended.err()).contains("--clusters 7").contains("--seed 9");
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.lastLine().get("options").get("seed").asText()).isEqualTo("9");
    assertThat(folder.resolve("run/_CURRENT")).doesNotExist();
  }

  @Test
  void an_unknown_key_of_a_job_file_is_refused_with_the_nearest_name() throws Exception {
    Path job = folder.resolve("job.yaml");
    Files.writeString(job, "clutsers: 7\n");
    Command ended = Command.alone("cluster", "--job", job.toString(), "--input", "samples");
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err()).contains("\"clutsers\"").contains("did you mean \"clusters\"");
  }

  @Test
  void a_job_file_with_tags_runs_nothing() throws Exception {
    Path job = folder.resolve("job.yaml");
    Files.writeString(job, "clusters: !!javax.script.ScriptEngineManager [x]\n");
    Command ended = Command.alone("cluster", "--job", job.toString(), "--input", "samples");
    assertThat(ended.exitCode()).isEqualTo(2);
  }

  @Test
  void a_missing_model_is_one_sentence_before_any_spark_action() {
    Command ended =
        Command.alone(
            "encode",
            "--input",
            "samples",
            "--model",
            folder.toString(),
            "--output",
            folder.resolve("e").toString());
    assertThat(ended.exitCode()).isEqualTo(3);
    assertThat(ended.err()).contains("is not a folder with files").doesNotContain("\tat ");
    assertThat(ended.lastLine().get("exit").asText()).isEqualTo("input");
  }

  @Test
  void a_missing_input_is_one_sentence() {
    Command ended =
        Command.alone(
            "encode",
            "--input",
            folder.resolve("nothing").toString(),
            "--output",
            folder.resolve("e").toString());
    assertThat(ended.exitCode()).isEqualTo(3);
    assertThat(ended.err()).contains("There is nothing at");
  }

  @Test
  void help_and_version_go_to_stdout() {
    assertThat(Command.alone("--help").out()).contains("cluster").contains("Exit codes");
    assertThat(Command.alone("cluster", "--help").out())
        .contains("--clusters")
        .contains("--vocabulary");
    assertThat(Command.alone("--version").out())
        .contains("Nomen")
        .contains("Spark " + package$.MODULE$.SPARK_VERSION());
    assertThat(Command.alone("--help").exitCode()).isZero();
  }

  @Test
  void model_info_describes_the_bundled_model() {
    Command ended = Command.alone("model", "info", "tiny");
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.lastLine().get("embedding_width").asInt()).isEqualTo(256);
    assertThat(ended.lastLine().get("own_nouns").asInt()).isGreaterThan(600);
  }

  @Test
  void an_error_of_the_platform_is_no_stop_that_a_scheduler_would_repeat_for_ever() {
    System.setProperty(FailingFiles.SETTING, FailingFiles.class.getName());
    FailingFiles.play(
        change -> {
          throw new NoSuchMethodError("scala.Predef$.refArrayOps");
        });
    try {
      Command ended =
          Command.alone(
              "encode", "--input", "samples", "--output", FailingFiles.uri(folder.resolve("run")));
      assertThat(ended.exitCode()).isEqualTo(1);
      assertThat(ended.err())
          .contains("This is a defect of Nomen")
          .contains("NoSuchMethodError: scala.Predef$.refArrayOps");
      assertThat(ended.lastLine().get("exit").asText()).isEqualTo("internal error");
    } finally {
      FailingFiles.play(change -> 1);
      System.clearProperty(FailingFiles.SETTING);
    }
  }
}
