package io.nomen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.store.Storage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A prefix of ten thousand small objects, encoded by a cluster that loses an executor on the way.
 */
@Tag("cluster")
class ManyObjectsIT {
  private static final int OBJECTS = 10_000;
  private static final String BUCKET = "s3a://" + S3Server.BUCKET;

  @TempDir static Path folder;

  private static S3Server server;
  private static LocalCluster cluster;
  private static Storage storage;

  @BeforeAll
  static void objects() throws Exception {
    server = new S3Server(folder.resolve("s3"), folder.resolve("objects"));
    cluster =
        new LocalCluster(
            "objects", Map.of("AWS_ACCESS_KEY_ID", "test", "AWS_SECRET_ACCESS_KEY", "test"));
    Configuration configuration = new Configuration();
    S3Server.settings(server.endpoint()).forEach(configuration::set);
    storage = new Storage(configuration);
    List<Path> photos = Photos.of(100, 100);
    IntStream.range(0, OBJECTS).parallel().forEach(i -> put(photos.get(i % photos.size()), i));
  }

  private static void put(Path photo, int number) {
    String name = String.format(Locale.ROOT, "%05d-%s", number, photo.getFileName());
    try {
      storage.writeBytes(BUCKET + "/photos/" + name, Files.readAllBytes(photo));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
    server.close();
  }

  private static Submission encode(String output) {
    Map<String, String> settings = new LinkedHashMap<>();
    S3Server.settings(server.endpoint())
        .forEach((name, value) -> settings.put("spark.hadoop." + name, value));
    return cluster.submit(
        settings, "encode", "--input", BUCKET + "/photos", "--output", BUCKET + "/" + output);
  }

  @Test
  void every_object_has_its_row_though_an_executor_and_then_the_driver_are_lost() {
    try (Submission first = encode("embeddings")) {
      first.awaitStage("EncodeStage", 1);
      Jvm.pause(8000);
      assertThat(cluster.killAnExecutor()).isTrue();
      String manifests = BUCKET + "/embeddings/_stages";
      first
          .driver()
          .await(
              "five buckets that are done",
              () ->
                  storage.list(manifests).stream()
                          .filter(Storage.Entry::folder)
                          .mapToInt(attempt -> storage.list(attempt.uri()).size())
                          .sum()
                      >= 5);
      first.driver().kill();
    }
    try (Submission again = encode("embeddings")) {
      JsonNode answer = again.succeeded();
      assertThat(again.driver().err()).contains("buckets are done already");
      assertThat(answer.get("counts").get("embedded").asInt()).isEqualTo(OBJECTS);
      assertThat(answer.get("counts").get("bad").asInt()).isZero();
    }
  }
}
