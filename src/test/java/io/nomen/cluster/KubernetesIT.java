package io.nomen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.nomen.store.Json;
import io.nomen.testing.Photos;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pods that Spark's client for Kubernetes asks an API server for, from the applications in
 * {@code deploy/kubernetes}: the operator hands their fields to spark-submit. No pod runs.
 */
@Tag("cluster")
class KubernetesIT {
  @TempDir static Path folder;

  private static ApiServer api;
  private static String client;

  /** Takes what is made, and lists it again. */
  private static final class ApiServer implements AutoCloseable {
    private final HttpServer server;
    private final List<ObjectNode> pods = new CopyOnWriteArrayList<>();

    ApiServer() throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(Executors.newCachedThreadPool());
      server.createContext("/", this::answer);
      server.start();
    }

    String master() {
      return "k8s://http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
      try (exchange) {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String path = exchange.getRequestURI().getPath();
        byte[] answer;
        if (body.length > 0 && !exchange.getRequestMethod().equals("DELETE")) {
          ObjectNode made =
              Json.read(new String(body, StandardCharsets.UTF_8), ObjectNode.class, path);
          ObjectNode metadata = made.withObject("/metadata");
          metadata.put("uid", UUID.randomUUID().toString()).put("resourceVersion", "1");
          if (path.endsWith("/pods")) {
            pods.add(made);
          }
          answer = made.toString().getBytes(StandardCharsets.UTF_8);
        } else {
          String kind = path.endsWith("/pods") ? "PodList" : "List";
          answer =
              "{\"kind\":\"%s\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}"
                  .formatted(kind)
                  .getBytes(StandardCharsets.UTF_8);
        }
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, answer.length);
        exchange.getResponseBody().write(answer);
      }
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }

  @BeforeAll
  static void start() throws Exception {
    Path classPath = folder.resolve("class-path");
    Process maven =
        new ProcessBuilder(
                "mvn",
                "-q",
                "-B",
                "-f",
                "src/test/kubernetes/pom.xml",
                "dependency:build-classpath",
                "-Dmdep.outputFile=" + classPath)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("maven.log").toFile())
            .start();
    Assumptions.assumeTrue(
        maven.onExit().join().exitValue() == 0,
        "SKIPPED: Spark's client for Kubernetes is out of Maven's reach");
    client = Files.readString(classPath).strip();
    api = new ApiServer();
  }

  @AfterAll
  static void stop() {
    if (api != null) {
      api.close();
    }
  }

  /** spark-submit's words for an application, as the operator makes them of its fields. */
  private static Jvm submit(
      JsonNode spec, String mode, Map<String, String> more, List<String> words) {
    Map<String, String> settings = new LinkedHashMap<>();
    spec.get("sparkConf")
        .fields()
        .forEachRemaining(field -> settings.put(field.getKey(), field.getValue().asText()));
    settings.put("spark.kubernetes.container.image", spec.get("image").asText());
    settings.put(
        "spark.kubernetes.authenticate.driver.serviceAccountName",
        spec.at("/driver/serviceAccount").asText());
    settings.put("spark.driver.cores", spec.at("/driver/cores").asText());
    settings.put("spark.driver.memory", spec.at("/driver/memory").asText());
    settings.put("spark.executor.instances", spec.at("/executor/instances").asText());
    settings.put("spark.executor.cores", spec.at("/executor/cores").asText());
    settings.put("spark.executor.memory", spec.at("/executor/memory").asText());
    settings.put("spark.executor.memoryOverhead", spec.at("/executor/memoryOverhead").asText());
    settings.put("spark.kubernetes.submission.waitAppCompletion", "false");
    settings.putAll(more);
    List<String> command = new ArrayList<>(List.of("-Xmx1g", "-XX:TieredStopAtLevel=1"));
    command.addAll(Jvm.opened());
    command.addAll(List.of("--add-modules=jdk.incubator.vector", "-Dai.djl.offline=true"));
    command.add("-Dlog4j2.configurationFile=" + Path.of("conf/log4j2.properties").toAbsolutePath());
    command.add("-cp");
    try {
      String platform = Files.readString(Path.of("target/class-path.txt")).strip();
      command.add(platform + ":" + client);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    command.add("org.apache.spark.deploy.SparkSubmit");
    command.addAll(List.of("--master", api.master(), "--deploy-mode", mode));
    settings.forEach((name, value) -> command.addAll(List.of("--conf", name + "=" + value)));
    command.addAll(List.of("--class", spec.get("mainClass").asText()));
    command.addAll(words);
    Map<String, String> environment =
        Map.of("SPARK_LOCAL_IP", "127.0.0.1", "KUBECONFIG", folder.resolve("none").toString());
    return Jvm.start(folder.resolve(mode), environment, command);
  }

  private static JsonNode spec(String name) throws IOException {
    return new YAMLMapper()
        .readTree(Path.of("deploy/kubernetes", name + ".yaml").toFile())
        .get("spec");
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(each -> texts.add(each.asText()));
    return texts;
  }

  @Test
  void the_driver_s_pod_has_its_size_its_account_and_nomen_s_command() throws Exception {
    api.pods.clear();
    JsonNode spec = spec("daily-encode");
    List<String> words = new ArrayList<>(List.of(spec.get("mainApplicationFile").asText()));
    words.addAll(texts(spec.get("arguments")));
    try (Jvm submitted = submit(spec, "cluster", Map.of(), words)) {
      assertThat(submitted.exitCode()).as(submitted.lastWords()).isZero();
    }
    assertThat(api.pods).hasSize(1);
    JsonNode pod = api.pods.get(0).get("spec");
    assertThat(pod.get("serviceAccountName").asText()).isEqualTo("spark");
    JsonNode container = pod.get("containers").get(0);
    assertThat(container.get("image").asText()).isEqualTo("REGISTRY/nomen:0.1.0-gpu");
    assertThat(container.at("/resources/requests/cpu").asText()).isEqualTo("2");
    assertThat(container.at("/resources/limits/memory").asText()).isEqualTo("9011Mi");
    // The driver needs no GPU.
    assertThat(container.get("resources").toString()).doesNotContain("nvidia.com/gpu");
    assertThat(texts(container.get("args")))
        .containsSubsequence("driver", "--class", "io.nomen.cli.Main")
        .containsSubsequence("local:///opt/nomen/nomen.jar", "encode", "--job");
  }

  @Test
  void the_executors_pods_have_their_memory_beside_the_heap_and_a_gpu() throws Exception {
    api.pods.clear();
    JsonNode spec = spec("daily-encode");
    Path input = folder.resolve("input");
    Photos.copy(Photos.of(1, 2), input);
    Map<String, String> here =
        Map.of(
            // The driver is this machine's process.
            "spark.driver.memory", "1g",
            "spark.kubernetes.executor.enableApiWatcher", "false",
            "spark.executor.resource.gpu.discoveryScript", "/opt/nomen/find-gpus.sh");
    List<String> words =
        List.of(
            Path.of("target/nomen.jar").toAbsolutePath().toString(),
            "encode",
            "--input",
            input.toString(),
            "--output",
            folder.resolve("run").toString());
    try (Jvm driver = submit(spec, "client", here, words)) {
      driver.await("executors' pods", () -> api.pods.size() >= 4);
    }
    for (ObjectNode pod : api.pods) {
      JsonNode container = pod.at("/spec/containers").get(0);
      assertThat(container.at("/resources/requests/cpu").asText()).isEqualTo("8");
      assertThat(container.at("/resources/limits/memory").asText()).isEqualTo("20480Mi");
      assertThat(container.at("/resources/limits/nvidia.com~1gpu").asText()).isEqualTo("1");
      assertThat(container.get("env").toString()).contains("MALLOC_ARENA_MAX");
    }
  }
}
