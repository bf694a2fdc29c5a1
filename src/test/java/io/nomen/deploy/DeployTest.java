package io.nomen.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.nomen.store.Json;
import io.nomen.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * All of {@code deploy/} that can be checked without its platforms: scripts run with tools that
 * only tell what they were called with, files are parsed, and every command for Nomen in them is
 * run with {@code --dry-run}; the routine itself, once, for real.
 */
class DeployTest {
  private static final Map<String, String> S3 =
      Map.of("STORE", "s3://BUCKET", "CLUSTER", "j-1", "APPLICATION", "00a", "ROLE", "arn:x");
  private static final Map<String, String> GCS =
      Map.of("STORE", "gs://BUCKET", "REGION", "europe-west1");

  @TempDir static Path folder;

  private static Routine routine;

  @BeforeAll
  static void a_day_and_a_week() throws Exception {
    routine = new Routine(folder);
    assertThat(LocalSpark.session().sparkContext().isLocal()).isTrue();
    System.setProperty("spark.master", "local[2]");
    routine.nomen(command("daily-encode"));
    // Settings for twelve images.
    routine.nomen(
        command("weekly"), "--clusters", "3", "--kmeans-restarts", "1", "--semantic-centres", "3");
    routine.nomen(command("daily-assign"));
  }

  @AfterAll
  static void stop() {
    System.clearProperty("spark.master");
  }

  private static List<String> command(String name) throws IOException {
    return Routine.shell(
        S3,
        "bash",
        "-c",
        ". deploy/commands.sh; nomen_command " + name + "; printf '%s\\0' \"${command[@]}\"");
  }

  private static Map<String, String> settings() throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    for (String line : Files.readAllLines(Path.of("conf/spark-defaults.conf"))) {
      String[] words = line.strip().split("\\s+", 2);
      if (words.length == 2 && !line.startsWith("#")) {
        settings.put(words[0], words[1]);
      }
    }
    assertThat(settings)
        .hasSizeGreaterThan(10)
        .allSatisfy((k, v) -> assertThat(k).startsWith("spark."));
    return settings;
  }

  private static List<String> strings(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText).toList();
  }

  private static Map<String, String> map(JsonNode object) {
    Map<String, String> map = new LinkedHashMap<>();
    object.fields().forEachRemaining(field -> map.put(field.getKey(), field.getValue().asText()));
    return map;
  }

  private static List<String> after(String word, List<String> words) {
    assertThat(words).contains(word);
    return words.subList(words.indexOf(word) + 1, words.size());
  }

  private static Map<String, String> confs(List<String> words) {
    Map<String, String> confs = new LinkedHashMap<>();
    for (int i = 0; i + 1 < words.size(); i++) {
      if (words.get(i).equals("--conf")) {
        String[] setting = words.get(i + 1).split("=", 2);
        confs.put(setting[0], setting[1]);
      }
    }
    return confs;
  }

  private static JsonNode json(String text) {
    return Json.read(text, JsonNode.class, "an argument");
  }

  private static boolean isInstalled(String tool) {
    return Stream.of(System.getenv("PATH").split(":", -1))
        .anyMatch(place -> Files.isExecutable(Path.of(place, tool)));
  }

  @Test
  void shell_scripts_pass_shellcheck() throws IOException {
    Assumptions.assumeTrue(isInstalled("shellcheck"), "SKIPPED: shellcheck is not installed");
    List<String> words = new ArrayList<>(List.of("shellcheck", "-x", "nomen", ".ci/run"));
    try (Stream<Path> files = Files.walk(Path.of("deploy"))) {
      files.filter(file -> file.toString().endsWith(".sh")).map(Path::toString).forEach(words::add);
    }
    assertThat(words).hasSizeGreaterThan(10);
    Routine.shell(Map.of(), words.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {"daily-encode", "daily-assign", "weekly"})
  void an_emr_step_carries_the_settings_and_a_command_that_nomen_takes(String name)
      throws IOException {
    List<String> told = Routine.shell(S3, "deploy/emr/add-step.sh", name);
    assertThat(told).startsWith("aws", "emr", "add-steps", "--cluster-id", "j-1", "--steps");
    JsonNode step = json(told.get(6)).get(0);
    assertThat(step.get("Jar").asText()).isEqualTo("command-runner.jar");
    List<String> words = strings(step.get("Args"));
    assertThat(confs(words)).containsAllEntriesOf(settings());
    routine.dryRun(after("s3://BUCKET/nomen/nomen.jar", words));
  }

  @ParameterizedTest
  @ValueSource(strings = {"daily-encode", "daily-assign", "weekly"})
  void an_emr_serverless_run_carries_the_settings_and_a_command_that_nomen_takes(String name)
      throws IOException {
    List<String> told = Routine.shell(S3, "deploy/emr/serverless.sh", name);
    assertThat(told).startsWith("aws", "emr-serverless", "start-job-run");
    JsonNode driver = json(after("--job-driver", told).get(0)).get("sparkSubmit");
    assertThat(driver.get("sparkSubmitParameters").asText())
        .startsWith("--class io.nomen.cli.Main");
    JsonNode overrides = json(after("--configuration-overrides", told).get(0));
    assertThat(map(overrides.get("applicationConfiguration").get(0).get("properties")))
        .isEqualTo(settings());
    routine.dryRun(strings(driver.get("entryPointArguments")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"daily-encode", "daily-assign", "weekly"})
  void a_dataproc_batch_carries_the_settings_and_a_command_that_nomen_takes(String name)
      throws IOException {
    List<String> told = Routine.shell(GCS, "deploy/dataproc/submit.sh", name);
    assertThat(told).startsWith("gcloud", "dataproc", "batches", "submit", "spark");
    // Runtimes 2 are for Scala 2.13.
    assertThat(after("--version", told).get(0)).startsWith("1.");
    assertThat(marked(after("--properties", told).get(0))).containsAllEntriesOf(settings());
    routine.dryRun(after("--", told));
  }

  /** Settings as gcloud takes them where {@code ^#^} has said what is between them. */
  private static Map<String, String> marked(String properties) {
    assertThat(properties).startsWith("^#^");
    Map<String, String> given = new LinkedHashMap<>();
    for (String setting : properties.substring(3).split("#", -1)) {
      given.put(setting.split("=", 2)[0], setting.split("=", 2)[1]);
    }
    return given;
  }

  @Test
  void a_dataproc_cluster_job_reads_the_settings_and_a_command_that_nomen_takes()
      throws IOException {
    Map<String, String> environment = new LinkedHashMap<>(GCS);
    environment.put("CLUSTER", "nomen-cpu");
    List<String> told = Routine.shell(environment, "deploy/dataproc/submit.sh", "weekly");
    assertThat(told).startsWith("gcloud", "dataproc", "jobs", "submit", "spark");
    assertThat(marked(after("--properties", told).get(0))).isEqualTo(settings());
    routine.dryRun(after("--", told));
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "gpu"})
  void clusters_are_made_with_files_that_are_there_and_gpus_shared_by_two_tasks(String kind)
      throws IOException {
    List<String> emr = Routine.shell(S3, "deploy/emr/create-cluster.sh", kind);
    String file = after("--configurations", emr).get(0).replace("file://", "");
    JsonNode classifications = json(Files.readString(Path.of(file)));
    Map<String, String> spark = map(classifications.get(0).get("Properties"));
    assertThat(classifications.get(0).get("Classification").asText()).isEqualTo("spark-defaults");
    List<String> google = Routine.shell(GCS, "deploy/dataproc/create-cluster.sh", kind);
    String properties = after("--properties", google).get(0);
    boolean gpu = kind.equals("gpu");
    assertThat(spark.containsKey("spark.task.resource.gpu.amount")).isEqualTo(gpu);
    assertThat(properties.contains("spark:spark.task.resource.gpu.amount=0.5")).isEqualTo(gpu);
    if (gpu) {
      // Cores and shares of a GPU must allow the same number of tasks.
      int byCores =
          Integer.parseInt(spark.get("spark.executor.cores"))
              / Integer.parseInt(spark.get("spark.task.cpus"));
      double byGpus = 1 / Double.parseDouble(spark.get("spark.task.resource.gpu.amount"));
      assertThat((double) byCores).isEqualTo(byGpus);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"daily-encode", "daily-assign", "weekly"})
  void a_kubernetes_application_carries_the_settings_and_a_command_that_nomen_takes(String name)
      throws IOException {
    String text = Files.readString(Path.of("deploy/kubernetes", name + ".yaml"));
    JsonNode application = new YAMLMapper().readTree(text);
    assertThat(application.get("kind").asText()).isEqualTo("SparkApplication");
    JsonNode spec = application.get("spec");
    assertThat(spec.get("mainClass").asText()).isEqualTo("io.nomen.cli.Main");
    assertThat(map(spec.get("sparkConf"))).containsAllEntriesOf(settings());
    // A lost driver's lease may be taken over after three minutes.
    assertThat(spec.get("restartPolicy").get("onFailureRetryInterval").asInt()).isGreaterThan(180);
    routine.dryRun(strings(spec.get("arguments")));
  }

  @Test
  void the_image_is_made_of_files_that_are_there() throws IOException {
    List<String> sources =
        Files.readAllLines(Path.of("deploy/kubernetes/Dockerfile")).stream()
            .filter(line -> line.startsWith("COPY ") && !line.contains("--from"))
            .map(line -> line.split(" ", -1)[1])
            .toList();
    assertThat(sources).contains("target/nomen.jar", "jobs", "deploy/find-gpus.sh");
    assertThat(sources)
        .allMatch(source -> source.startsWith("target/") || Files.exists(Path.of(source)));
  }

  @Test
  void airflows_tasks_carry_the_settings_commands_that_nomen_takes_and_patient_retries()
      throws IOException {
    Assumptions.assumeTrue(isInstalled("python3"), "SKIPPED: python3 is not installed");
    Path dags = Files.createDirectories(folder.resolve("dags"));
    List<String> words = new ArrayList<>(List.of("python3", "src/test/resources/airflow_tasks.py"));
    try (Stream<Path> files = Files.list(Path.of("deploy/airflow"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".py")).sorted().toList()) {
        Path copy = Files.copy(file, dags.resolve(file.getFileName()));
        if (!copy.endsWith("nomen_commands.py")) {
          words.add(copy.toString());
        }
      }
    }
    Files.copy(Path.of("conf/spark-defaults.conf"), dags.resolve("spark-defaults.conf"));
    String[] shell = {"bash", "-c", String.join(" ", words) + " && printf '\\0'"};
    JsonNode tasks = json(Routine.shell(Map.of("PYTHONPATH", dags.toString()), shell).get(0));
    int commands = 0;
    for (JsonNode task : tasks) {
      AirflowTask parsed = AirflowTask.of(task);
      assertThat(parsed.settings()).as(task.toString()).containsAllEntriesOf(settings());
      assertThat(task.get("options").get("retry_delay").asDouble()).isGreaterThan(180);
      routine.dryRun(parsed.words());
      commands++;
    }
    assertThat(commands).isEqualTo(12);
  }

  /** A task's settings and words, wherever its operator has them. */
  private record AirflowTask(Map<String, String> settings, List<String> words) {
    static AirflowTask of(JsonNode task) {
      JsonNode options = task.get("options");
      return switch (task.get("operator").asText()) {
        case "SparkSubmitOperator" ->
            new AirflowTask(map(options.get("conf")), strings(options.get("application_args")));
        case "EmrAddStepsOperator" -> {
          List<String> step = strings(options.get("steps").get(0).get("HadoopJarStep").get("Args"));
          yield new AirflowTask(confs(step), after("s3://BUCKET/nomen/nomen.jar", step));
        }
        case "EmrServerlessStartJobOperator" -> {
          JsonNode overrides = options.get("configuration_overrides");
          yield new AirflowTask(
              map(overrides.get("applicationConfiguration").get(0).get("properties")),
              strings(options.get("job_driver").get("sparkSubmit").get("entryPointArguments")));
        }
        case "DataprocCreateBatchOperator" -> {
          JsonNode batch = options.get("batch");
          yield new AirflowTask(
              map(batch.get("runtime_config").get("properties")),
              strings(batch.get("spark_batch").get("args")));
        }
        default -> throw new AssertionError(task);
      };
    }
  }
}
