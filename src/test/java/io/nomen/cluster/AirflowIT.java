package io.nomen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.run.RunFolder;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import io.nomen.testing.Photos;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The DAGs of {@code deploy/airflow} in a real Airflow with Amazon's, Google's and Spark's
 * providers, as {@code src/test/airflow/install.sh} installs it; or the Python that {@code
 * NOMEN_AIRFLOW} names.
 */
class AirflowIT {
  private static final String DAY = "2026-11-23";

  @TempDir static Path folder;

  private static Path python;
  private static Path dags;

  @BeforeAll
  static void airflow() throws Exception {
    String named = System.getenv("NOMEN_AIRFLOW");
    String cache =
        System.getenv().getOrDefault("XDG_CACHE_HOME", System.getenv("HOME") + "/.cache");
    python = Path.of(named == null ? cache + "/nomen/airflow/bin/python" : named);
    Assumptions.assumeTrue(
        Files.isExecutable(python),
        "SKIPPED: no Airflow at " + python + "; src/test/airflow/install.sh installs it");
    dags = Files.createDirectories(folder.resolve("home/dags"));
    try (Stream<Path> files = Files.list(Path.of("deploy/airflow"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".py")).toList()) {
        Files.copy(file, dags.resolve(file.getFileName()));
      }
    }
    Path settings = Path.of("conf/spark-defaults.conf");
    Files.copy(settings, dags.resolve(settings.getFileName()));
    run(Map.of(), "-m", "airflow", "db", "migrate");
  }

  private static String run(Map<String, String> environment, String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of(python.toString()));
    command.addAll(List.of(words));
    Path log = folder.resolve("airflow.err");
    Path out = folder.resolve("airflow.out");
    ProcessBuilder process =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(log.toFile());
    Map<String, String> variables = process.environment();
    variables.put("AIRFLOW_HOME", folder.resolve("home").toString());
    variables.put("AIRFLOW__CORE__LOAD_EXAMPLES", "False");
    variables.put(
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "sqlite:///" + folder.resolve("home/airflow.db"));
    variables.putAll(environment);
    int exitCode = process.start().onExit().join().exitValue();
    assertThat(exitCode).as(Files.readString(out) + Files.readString(log)).isZero();
    return Files.readString(out);
  }

  private static JsonNode dags(Map<String, String> environment, String... runs) throws IOException {
    List<String> words = new ArrayList<>(List.of("src/test/airflow/dags.py", dags.toString()));
    words.addAll(List.of(runs));
    List<String> lines = run(environment, words.toArray(String[]::new)).lines().toList();
    return Json.read(lines.get(lines.size() - 1), JsonNode.class, "the last line");
  }

  @Test
  void every_file_is_imported_and_has_its_daily_and_its_weekly_dag() throws Exception {
    JsonNode answer = dags(Map.of());
    assertThat(answer.get("errors")).isEmpty();
    for (String platform : List.of("", "emr_", "emr_serverless_", "dataproc_")) {
      JsonNode found = answer.get("dags");
      assertThat(found.get("nomen_" + platform + "daily").toString())
          .contains("\"encode\"", "\"assign\"");
      assertThat(found.get("nomen_" + platform + "weekly").toString()).contains("\"cluster\"");
    }
  }

  /** What Airflow finds as {@code spark-submit}: Spark's own class, from the build's class path. */
  private static Path sparkSubmit(LocalCluster cluster) throws IOException {
    Path script = Files.createDirectories(folder.resolve("bin")).resolve("spark-submit");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Files.writeString(
        script,
        "#!/usr/bin/env bash\nexec %s -Xmx1g %s --add-modules=jdk.incubator.vector -cp '%s/spark/jars/*' org.apache.spark.deploy.SparkSubmit \"$@\"\n"
            .formatted(java, String.join(" ", Jvm.opened()), cluster.folder()));
    assertThat(script.toFile().setExecutable(true)).isTrue();
    return script.getParent();
  }

  private static Path store() throws IOException {
    Path store = folder.resolve("store");
    Path jobs = Files.createDirectories(store.resolve("nomen/jobs"));
    for (String name : List.of("daily-encode", "daily-assign", "weekly")) {
      String job = Files.readString(Path.of("jobs", name + ".yaml"));
      // Settings for 24 images.
      job = job.replace("clusters: 200", "clusters: 3").replace("restarts: 20", "restarts: 1");
      job = job.replace("method: nomen", "method: nomen-no-train");
      Files.writeString(jobs.resolve(name + ".yaml"), job);
    }
    Files.createSymbolicLink(
        store.resolve("nomen/nomen.jar"), Path.of("target/nomen.jar").toAbsolutePath());
    Path model = Files.createDirectories(store.resolve("models/clip"));
    try (Stream<Path> files = Files.list(Path.of("src/main/resources/io/nomen/clip/tiny"))) {
      for (Path file : files.toList()) {
        Files.copy(file, model.resolve(file.getFileName()));
      }
    }
    Photos.copy(Photos.of(3, 8), store.resolve("images").resolve(DAY));
    return store;
  }

  @Test
  @Tag("cluster")
  void the_week_and_the_day_run_on_a_cluster_and_once_more_when_all_is_done() throws Exception {
    Path store = store();
    try (LocalCluster cluster = new LocalCluster("airflow", Map.of())) {
      String[] address = cluster.address().split(":(?=\\d+$)", -1);
      Map<String, String> environment =
          Map.of(
              "AIRFLOW_CONN_SPARK_DEFAULT",
              "{\"conn_type\": \"spark\", \"host\": \"%s\", \"port\": %s}"
                  .formatted(address[0], address[1]),
              "AIRFLOW_VAR_NOMEN_STORE",
              "file:" + store,
              "SPARK_LOCAL_IP",
              "127.0.0.1",
              "SPARK_SCALA_VERSION",
              "2.12",
              "LC_ALL",
              "C.UTF-8",
              "PATH",
              sparkSubmit(cluster) + ":" + System.getenv("PATH"));
      // The weekly run takes what days have encoded, the daily run the clusters of the week before.
      String[] encode = {
        "encode",
        "--job",
        store + "/nomen/jobs/daily-encode.yaml",
        "--input",
        store + "/images/" + DAY,
        "--model",
        store + "/models/clip",
        "--output",
        store + "/embeddings/" + DAY
      };
      try (Submission day = cluster.submit(Map.of(), encode)) {
        day.succeeded();
      }
      // As they fire: at the midnights at which the week and the day have ended.
      String[] runs = {"nomen_weekly=2026-11-23", "nomen_daily=2026-11-24"};
      for (int time = 0; time < 2; time++) {
        JsonNode answer = dags(environment, runs);
        assertThat(answer.get("runs").toString())
            .as(Files.readString(folder.resolve("airflow.err")))
            .isEqualTo("[\"success\",\"success\"]");
      }
    }
    Storage storage = new Storage(new Configuration());
    String assigned = store.resolve("assigned").resolve(DAY).toString();
    assertThat(new RunFolder(storage, assigned).snapshot().table("assignments").totalRows())
        .isEqualTo(24);
  }
}
