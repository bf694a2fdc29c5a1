package io.nomen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.store.Storage;
import io.nomen.testing.Photos;
import io.nomen.testing.RunTables;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A prefix of ten thousand small objects and two tar shards on {@code s3a://}, encoded by a cluster
 * that loses an executor and then its driver on the way, and clustered there.
 */
@Tag("cluster")
class ManyObjectsIT {
  private static final int OBJECTS = 10_000;
  private static final String BUCKET = "s3a://" + S3Server.BUCKET;

  private static MemoryStore server;
  private static LocalCluster cluster;
  private static Storage storage;

  @BeforeAll
  static void objects() throws Exception {
    server = new MemoryStore(S3Server.BUCKET);
    cluster =
        new LocalCluster(
            "objects", Map.of("AWS_ACCESS_KEY_ID", "test", "AWS_SECRET_ACCESS_KEY", "test"));
    Configuration configuration = new Configuration();
    S3Server.settings(server.endpoint()).forEach(configuration::set);
    storage = new Storage(configuration);
    List<Path> photos = Photos.of(100, 100);
    List<byte[]> small = photos.parallelStream().map(Photos::small).toList();
    for (int i = 0; i < OBJECTS; i++) {
      String name = String.format(Locale.ROOT, "photos/%05d.jpg", i);
      server.put(name, small.get(i % small.size()));
    }
    for (int shard = 0; shard < 2; shard++) {
      try (OutputStream out = storage.create(BUCKET + "/shards/" + shard + ".tar")) {
        Photos.tar(photos.subList(30 * shard, 30 * shard + 30), out);
      }
    }
  }

  @AfterAll
  static void stop() throws IOException {
    cluster.close();
    server.close();
  }

  private static Submission submit(String... words) {
    Map<String, String> settings = new LinkedHashMap<>();
    S3Server.settings(server.endpoint())
        .forEach((name, value) -> settings.put("spark.hadoop." + name, value));
    return cluster.submit(settings, words);
  }

  private static Submission encode() {
    return submit(
        "encode",
        "--input",
        BUCKET + "/photos",
        BUCKET + "/shards",
        "--output",
        BUCKET + "/embeddings");
  }

  /** Manifests of buckets that are whole. */
  private static List<String> manifests() {
    List<String> found = new ArrayList<>();
    for (Storage.Entry attempt : storage.list(BUCKET + "/embeddings/_stages")) {
      if (attempt.folder()) {
        storage.list(attempt.uri()).forEach(manifest -> found.add(manifest.uri()));
      }
    }
    return found;
  }

  @Test
  void every_object_has_its_row_though_an_executor_and_then_the_driver_are_lost() {
    try (Submission first = encode()) {
      first.driver().await("a bucket that is done", () -> !manifests().isEmpty());
      assertThat(cluster.killAnExecutor()).isTrue();
      int before = manifests().size();
      first.driver().await("two more buckets", () -> manifests().size() >= before + 2);
      first.driver().kill();
      assertThat(first.executorsRemoved()).isPositive();
    }
    try (Submission again = encode()) {
      JsonNode answer = again.succeeded();
      assertThat(again.driver().err()).contains("buckets are done already");
      assertThat(answer.get("counts").get("embedded").asInt()).isEqualTo(OBJECTS + 60);
      assertThat(answer.get("counts").get("bad").asInt()).isZero();
    }
    String[] words = {
      "cluster",
      "--embeddings",
      BUCKET + "/embeddings",
      "--clusters",
      "10",
      "--method",
      "kmeans",
      "--kmeans-restarts",
      "1",
      "--duplicate-cosine",
      "off",
      "--output",
      BUCKET + "/run"
    };
    try (Submission run = submit(words)) {
      assertThat(run.succeeded().get("exit").asText()).isEqualTo("done");
      assertThat(storage.exists(BUCKET + "/run/gallery/index.html")).isTrue();
      assertThat(RunTables.digests(storage, BUCKET + "/run")).containsKey("assignments");
    }
  }
}
