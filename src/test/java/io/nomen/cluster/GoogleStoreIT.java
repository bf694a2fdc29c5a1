package io.nomen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.cluster.FaultProxy.Fault;
import io.nomen.testing.Photos;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code gs:} by Google's own connector against a process that speaks Google's protocol: <a
 * href="https://github.com/fsouza/fake-gcs-server">fake-gcs-server</a>, where {@code go install
 * github.com/fsouza/fake-gcs-server@latest} has put it.
 */
@Tag("cluster")
class GoogleStoreIT {
  private static final String BUCKET = "nomen-test";

  @TempDir static Path folder;

  private static Process server;
  private static FaultProxy proxy;

  @BeforeAll
  static void start() throws Exception {
    Optional<Path> program = program();
    Assumptions.assumeTrue(
        program.isPresent(),
        "SKIPPED: no fake-gcs-server (go install github.com/fsouza/fake-gcs-server@latest)");
    Path bucket = folder.resolve("data").resolve(BUCKET);
    List<Path> photos = Photos.of(3, 10);
    Photos.copy(photos.subList(0, 20), bucket.resolve("photos"));
    try (OutputStream shard = Files.newOutputStream(bucket.resolve("photos/000.tar"))) {
      Photos.tar(photos.subList(20, 30), shard);
    }
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    String address = "http://127.0.0.1:" + port;
    server =
        new ProcessBuilder(
                program.get().toString(),
                "-scheme",
                "http",
                "-host",
                "127.0.0.1",
                "-port",
                Integer.toString(port),
                "-public-host",
                "127.0.0.1:" + port,
                "-external-url",
                address,
                "-backend",
                "memory",
                "-data",
                folder.resolve("data").toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("server.log").toFile())
            .start();
    awaitAnswer(URI.create(address + "/storage/v1/b/" + BUCKET));
    proxy = new FaultProxy(address);
  }

  private static Optional<Path> program() {
    Stream<String> folders =
        Stream.concat(
            Stream.of(System.getenv("PATH").split(":", -1)),
            Stream.of(System.getenv("HOME") + "/go/bin"));
    return folders
        .map(place -> Path.of(place, "fake-gcs-server"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static void awaitAnswer(URI uri) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    for (int tries = 0; tries < 3000 && server.isAlive(); tries++) {
      try {
        HttpRequest request = HttpRequest.newBuilder(uri).build();
        if (client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        // It is not up yet.
      }
      Jvm.pause(100);
    }
    throw new AssertionError(Files.readString(folder.resolve("server.log")));
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.destroyForcibly();
    }
    if (proxy != null) {
      proxy.close();
    }
  }

  private static Jvm encode(String output) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("fs.gs.impl", "com.google.cloud.hadoop.fs.gcs.GoogleHadoopFileSystem");
    settings.put("fs.gs.storage.root.url", proxy.endpoint());
    settings.put("fs.gs.auth.service.account.enable", "false");
    settings.put("fs.gs.auth.null.enable", "true");
    settings.put("fs.gs.project.id", "test");
    settings.put("fs.gs.http.max.retry", "1");
    Map<String, String> ofSpark = new LinkedHashMap<>();
    settings.forEach((name, value) -> ofSpark.put("spark.hadoop." + name, value));
    String store = "gs://" + BUCKET;
    List<String> program =
        new ArrayList<>(
            Jvm.nomen(
                "1g",
                ofSpark,
                "encode",
                "--input",
                store + "/photos",
                "--precision",
                "fp32",
                "--output",
                store + "/" + output));
    int classPath = program.indexOf("-cp") + 1;
    program.set(
        classPath,
        program.get(classPath)
            + ":"
            + Path.of("target/gcs/gcs-connector-shaded.jar").toAbsolutePath());
    return Jvm.start(folder.resolve(output), Map.of(), program);
  }

  @Test
  void images_and_shards_on_gs_are_encoded_and_found_done() {
    proxy.inject(Map.of());
    try (Jvm process = encode("run")) {
      assertThat(process.exitCode()).as(process.lastWords()).isZero();
      assertThat(process.out()).contains("\"embedded\":30");
    }
    try (Jvm again = encode("run")) {
      assertThat(again.exitCode()).as(again.lastWords()).isZero();
      assertThat(again.err()).contains("done before");
    }
  }

  @Test
  void a_store_that_throttles_or_refuses_credentials_is_no_pile_of_bad_images() {
    Map<Fault, String> sentences =
        Map.of(
            Fault.THROTTLED, "the store refused requests",
            Fault.BUSY, "the store refused requests",
            Fault.UNAUTHORIZED, "the store takes no credentials");
    sentences.forEach(
        (fault, sentence) -> {
          // The listing passes, and some images.
          proxy.injectAfter(20, Map.of(fault, 1));
          try (Jvm process = encode("bad-" + fault)) {
            assertThat(process.exitCode()).as(process.lastWords()).isEqualTo(3);
            assertThat(process.sentences()).as(process.err()).hasSize(1);
            assertThat(process.sentences().get(0)).contains(sentence);
            assertThat(proxy.count(fault)).isPositive();
          }
        });
  }
}
