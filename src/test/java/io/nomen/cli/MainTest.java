package io.nomen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.clip.TestCheckpoint;
import io.nomen.tensor.Matrix;
import io.nomen.testing.Command;
import io.nomen.testing.FailingFiles;
import io.nomen.testing.RandomRows;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.package$;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

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
  void an_unknown_option_is_no_value_of_the_one_before() {
    Command ended = Command.alone("cluster", "--input", "x", "--clustrs", "3");
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err())
        .startsWith(
            "nomen: \"--clustrs\" is not an option of nomen cluster; did you mean \"--clusters\"");
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
  void an_unknown_option_and_what_is_missing_are_told_together() {
    Command ended = Command.alone("refine", "--chanegs", "x.json", "--output", "out");
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.refusal())
        .contains("\"--chanegs\" is not an option of nomen refine; did you mean \"--changes\".")
        .contains("Missing: --run RUN, --changes FILE.json.");
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

  @Test
  void values_of_a_job_file_are_what_yaml_means_by_them_and_paths_stay_as_written()
      throws Exception {
    Path job = folder.resolve("job.yaml");
    Files.createDirectories(folder.resolve("007"));
    Files.copy(Path.of("samples/airplane/image_0011.jpg"), folder.resolve("007/a.jpg"));
    Files.writeString(
        job,
        "input: %s/007\nclusters: 1_0\nseed: 0x10\nkmeans-restarts: 1e1\n".formatted(folder)
            + "max-bad-fraction: .5\npixel-limit: 178_956_970\ndry-run: yes\nreplicas: ~\n"
            + "output: 1e5\n");
    Command ended = Command.alone("cluster", "--job", job.toString());
    assertThat(ended.exitCode()).as(ended.err()).isZero();
    JsonNode options = ended.lastLine().get("options");
    assertThat(options.get("clusters").asText()).isEqualTo("10");
    assertThat(options.get("seed").asText()).isEqualTo("16");
    assertThat(options.get("kmeans-restarts").asText()).isEqualTo("10");
    assertThat(options.get("max-bad-fraction").asText()).isEqualTo("0.5");
    assertThat(options.get("pixel-limit").asText()).isEqualTo("178956970");
    assertThat(options.get("output").asText()).isEqualTo("1e5");
    assertThat(ended.lastLine().get("dry_run").asBoolean()).isTrue();
    for (String wrong :
        List.of(
            "dry-run: perhaps\n",
            "seed: 1\nseed: 2\n",
            "seed: 1\n---\nseed: 2\n",
            "seed: {a: 1}\n")) {
      Files.writeString(job, wrong);
      assertThat(Command.alone("cluster", "--job", job.toString(), "--input", "samples").exitCode())
          .as(wrong)
          .isEqualTo(2);
    }
  }

  @Test
  void too_many_bad_images_are_told_with_counts_reasons_and_paths() throws Exception {
    Path mixed = Files.createDirectories(folder.resolve("mixed"));
    byte[] picture = Files.readAllBytes(Path.of("samples/airplane/image_0011.jpg"));
    Files.write(mixed.resolve("good.jpg"), picture);
    Files.write(mixed.resolve("cut.jpg"), Arrays.copyOf(picture, picture.length / 2));
    for (int i = 0; i < 4; i++) {
      Files.write(
          mixed.resolve(i + ".heic"),
          "\0\0\0\30ftypheic....".getBytes(StandardCharsets.ISO_8859_1));
    }
    Files.writeString(mixed.resolve("notes.txt"), "no image, and none that is bad");
    Command ended =
        Command.run(
            "encode", "--input", mixed.toString(), "--output", folder.resolve("e").toString());
    assertThat(ended.exitCode()).isEqualTo(4);
    assertThat(ended.err())
        .contains("5 of 6 images cannot be used")
        .contains("1 truncated (it ends before its last JPEG block): cut.jpg")
        .contains("4 unsupported (a picture of the format heif")
        .contains("0.heic, 1.heic, 2.heic, …");
    assertThat(ended.lastLine().get("statuses").get("unsupported").asInt()).isEqualTo(4);
    assertThat(ended.lastLine().get("bad").size()).isEqualTo(4);
  }

  @Test
  void an_input_without_an_image_is_an_input_that_cannot_be_used() throws Exception {
    Path texts = Files.createDirectories(folder.resolve("texts"));
    Files.writeString(texts.resolve("a.txt"), "a caption of nothing");
    Command ended =
        Command.run(
            "encode", "--input", texts.toString(), "--output", folder.resolve("e").toString());
    assertThat(ended.exitCode()).isEqualTo(3);
    assertThat(ended.err())
        .contains("There is no image in " + texts)
        .contains("1 annotations and side files");
  }

  @Test
  void the_command_to_run_it_again_is_what_a_shell_takes_for_the_same_words() throws Exception {
    String[] words = {
      "cluster",
      "--input",
      "a b/*.jpg",
      "it's",
      "--clusters",
      "7",
      "--layers",
      "3,21",
      "--dry-run",
      "--output",
      "hdfs://host:8020/run"
    };
    CommandLine.ParseResult parsed = new CommandLine(new Main()).parseArgs(words).subcommand();
    String command = String.join(" ", Main.command(parsed));
    assertThat(command).startsWith("nomen cluster ").contains(" --dry-run");
    Process shell =
        new ProcessBuilder("bash", "-c", "nomen() { printf '%s\\n' \"$@\"; }; " + command).start();
    List<String> read =
        new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    CommandLine.ParseResult again =
        new CommandLine(new Main()).parseArgs(read.toArray(String[]::new)).subcommand();
    assertThat(Main.effective(again)).isEqualTo(Main.effective(parsed));
    assertThat(read).containsSubsequence("--input", "a b/*.jpg", "it's");
  }

  @Test
  void new_images_are_encoded_by_the_model_of_their_run() throws Exception {
    Path photos = Files.createDirectories(folder.resolve("some"));
    for (String name : List.of("image_0010.jpg", "image_0011.jpg", "image_0012.jpg")) {
      Files.copy(Path.of("samples/pizza", name), photos.resolve(name));
    }
    Path ready = Files.createDirectories(folder.resolve("ready"));
    Matrix words = RandomRows.anywhere(3, TestCheckpoint.WIDTH, 1);
    Command.imported(ready, words, List.of("crow", "teapot", "boat"), words);
    Path run = folder.resolve("by-clip");
    Command.done(
        "cluster",
        "--input",
        photos,
        "--model",
        TestCheckpoint.write(folder.resolve("clip")),
        "--vocabulary",
        ready.resolve("words"),
        "--method",
        "kmeans",
        "--clusters",
        2,
        "--output",
        run);
    Command.done("assign", "--run", run, "--input", photos, "--output", folder.resolve("more"));
    assertThat(Files.readString(folder.resolve("more/run.json")))
        .as("what makes it again")
        .containsPattern("\"--model\",\\s*\"file:" + folder.resolve("clip"));

    Command other =
        Command.run(
            "assign",
            "--run",
            run,
            "--input",
            photos,
            "--model",
            "tiny",
            "--output",
            folder.resolve("other"));
    assertThat(other.exitCode()).isEqualTo(2);
    assertThat(other.err()).contains("made with another model");
  }

  @Test
  void a_plan_of_a_run_that_is_not_there_is_no_plan() {
    for (String subcommand : List.of("evaluate", "gallery", "export")) {
      List<Object> words =
          new ArrayList<>(List.of(subcommand, "--run", folder.resolve("nowhere"), "--dry-run"));
      words.addAll(
          switch (subcommand) {
            case "evaluate" -> List.of("--labels", "folder");
            case "export" -> List.of("--csv", folder.resolve("x.csv"));
            default -> List.of();
          });
      assertThat(Command.run(words.toArray()).exitCode()).as(subcommand).isEqualTo(3);
    }
  }
}
