package io.nomen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.cluster.FaultProxy.Fault;
import io.nomen.run.RunFolder;
import io.nomen.store.Storage;
import io.nomen.testing.Command;
import io.nomen.testing.LocalSpark;
import io.nomen.testing.Photos;
import io.nomen.testing.RunTables;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything on {@code s3a://} against a real S3 server process, through a proxy that fails as
 * object stores do. Keys come from the environment that the build gives this process.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ObjectStoreIT {
  private static final String BUCKET = "s3a://" + S3Server.BUCKET;

  @TempDir static Path folder;

  private static Properties before;
  private static S3Server server;
  private static FaultProxy proxy;
  private static Storage storage;

  @BeforeAll
  static void photographs() throws Exception {
    before = (Properties) System.getProperties().clone();
    server = new S3Server(folder.resolve("s3"), folder.resolve("objects"));
    proxy = new FaultProxy(server.endpoint());
    Map<String, String> settings = new LinkedHashMap<>(S3Server.settings(proxy.endpoint()));
    // Fewer tries, and waits between them, that suit a test.
    settings.put("fs.s3a.attempts.maximum", "2");
    settings.put("fs.s3a.retry.interval", "10ms");
    settings.put("fs.s3a.retry.throttle.interval", "10ms");
    settings.put("fs.s3a.retry.throttle.limit", "5");
    settings.put("fs.s3a.connection.timeout", "4000");
    Configuration configuration = new Configuration();
    settings.forEach(configuration::set);
    settings.forEach((name, value) -> System.setProperty("spark.hadoop." + name, value));
    System.setProperty("spark.master", "local[2]");
    assertThat(LocalSpark.session().sparkContext().isLocal()).isTrue();
    storage = new Storage(configuration);
    List<Path> photos = Photos.of(4, 12);
    for (Path photo : photos.subList(0, 36)) {
      String name = photo.getParent().getFileName() + "/" + photo.getFileName();
      storage.writeBytes(BUCKET + "/photos/" + name, Files.readAllBytes(photo));
    }
    try (OutputStream shard = storage.create(BUCKET + "/shards/000.tar")) {
      Photos.tar(photos.subList(36, 48), shard);
    }
  }

  @AfterAll
  static void stop() {
    proxy.close();
    server.close();
    System.setProperties(before);
  }

  @AfterEach
  void noMoreFaults() {
    proxy.inject(Map.of());
    proxy.catchUp();
  }

  private static Command encode(String output) {
    return Command.alone(
        "encode",
        "--input",
        BUCKET + "/photos",
        BUCKET + "/shards",
        "--precision",
        "fp32",
        "--output",
        output);
  }

  @Test
  @Order(1)
  void small_objects_and_tar_shards_give_the_tables_of_local_files() throws Exception {
    Path local = folder.resolve("local");
    List<Path> photos = Photos.of(4, 12);
    Photos.copy(photos.subList(0, 36), local.resolve("photos"));
    Files.createDirectories(local.resolve("shards"));
    try (OutputStream shard = Files.newOutputStream(local.resolve("shards/000.tar"))) {
      Photos.tar(photos.subList(36, 48), shard);
    }
    String[] here = {local.resolve("photos").toString(), local.resolve("shards").toString()};
    Command onDisk =
        Command.alone(
            "encode",
            "--input",
            here[0],
            here[1],
            "--precision",
            "fp32",
            "--output",
            local.resolve("embeddings").toString());
    assertThat(onDisk.exitCode()).as(onDisk.err()).isZero();
    Command onStore = encode(BUCKET + "/embeddings");
    assertThat(onStore.exitCode()).as(onStore.err()).isZero();
    assertThat(onStore.lastLine().get("counts").get("embedded").asInt()).isEqualTo(48);
    assertThat(vectors(BUCKET + "/embeddings"))
        .isEqualTo(vectors(local.resolve("embeddings").toString()));
  }

  private static String vectors(String run) {
    StringBuilder all = new StringBuilder();
    for (String uri : new RunFolder(storage, run).snapshot().table("embeddings").uris()) {
      float[] floats = new io.nomen.run.TableColumn(storage, uri, "embedding").floats();
      all.append(java.util.Arrays.toString(floats));
    }
    return all.toString();
  }

  @Test
  @Order(2)
  void a_store_that_is_busy_and_drops_connections_changes_no_row() {
    proxy.inject(Map.of(Fault.BUSY, 7, Fault.RESET, 11, Fault.CUT, 13));
    Command ended = encode(BUCKET + "/embeddings-bad-day");
    assertThat(ended.exitCode()).as(ended.err()).isZero();
    proxy.inject(Map.of());
    assertThat(proxy.count(Fault.BUSY)).isGreaterThan(5);
    assertThat(proxy.count(Fault.RESET)).isGreaterThan(3);
    assertThat(proxy.count(Fault.CUT)).isGreaterThan(3);
    assertThat(RunTables.digests(storage, BUCKET + "/embeddings-bad-day"))
        .isEqualTo(RunTables.digests(storage, BUCKET + "/embeddings"));
  }

  @Test
  @Order(2)
  void answers_that_come_too_late_change_no_row() {
    proxy.inject(Map.of(Fault.SLOW, 60));
    Command ended = encode(BUCKET + "/embeddings-slow-day");
    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(proxy.count(Fault.SLOW)).isPositive();
    assertThat(RunTables.digests(storage, BUCKET + "/embeddings-slow-day"))
        .isEqualTo(RunTables.digests(storage, BUCKET + "/embeddings"));
  }

  @Test
  @Order(2)
  void listings_that_lag_behind_cost_time_and_change_no_row() {
    String output = BUCKET + "/embeddings-lagging";
    proxy.lag();
    Command first = encode(output);
    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(storage.list(output)).isEmpty();
    int buckets = first.lastLine().get("buckets_encoded_now").asInt();
    assertThat(encode(output).err()).contains("done before");
    // As a job leaves it that died when its buckets were encoded, which nothing shows yet.
    String stage = output + "/_stages/encode.json";
    storage.writeText(
        stage, storage.readText(stage).replace("\"done\" : true", "\"done\" : false"));
    Command again = encode(output);
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.lastLine().get("buckets_encoded_now").asInt()).isEqualTo(buckets);
    assertThat(RunTables.digests(storage, output))
        .isEqualTo(RunTables.digests(storage, BUCKET + "/embeddings"));
    proxy.catchUp();
    assertThat(storage.list(output)).isNotEmpty();
  }

  private static Command cluster() {
    return Command.alone(
        "cluster",
        "--embeddings",
        BUCKET + "/embeddings",
        "--clusters",
        "4",
        "--method",
        "kmeans",
        "--kmeans-restarts",
        "2",
        "--output",
        BUCKET + "/run");
  }

  @Test
  @Order(3)
  void a_run_with_its_gallery_lives_in_the_store_and_nothing_is_renamed() {
    Command ended = cluster();
    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(ended.lastLine().get("output").asText()).isEqualTo(BUCKET + "/run");
    assertThat(storage.readText(BUCKET + "/run/gallery/index.html")).contains("<html");
    assertThat(storage.exists(BUCKET + "/run/_LEASE")).isFalse();
    assertThat(proxy.copies()).isEmpty();
  }

  @Test
  @Order(4)
  void the_same_command_again_finds_its_work_done() {
    String run = new RunFolder(storage, BUCKET + "/run").current().orElseThrow().run();
    Command again = cluster();
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.err()).contains("done before");
    assertThat(again.lastLine().get("run").asText()).isEqualTo(run);
    Command gallery = Command.alone("gallery", "--run", BUCKET + "/run");
    assertThat(gallery.exitCode()).as(gallery.err()).isZero();
  }

  @Test
  @Order(5)
  void credentials_that_expire_while_images_are_read_are_one_sentence_and_cost_no_image() {
    String output = BUCKET + "/embeddings-expired";
    // The listing and the first images get through. Whether the next request is a HEAD, whose
    // answer cannot say why, or a GET is a matter of chance, so there are several tries.
    for (int requests : List.of(60, 61, 62)) {
      Command ended = expireAfter(requests, output);
      assertThat(ended.exitCode()).as(ended.err()).isEqualTo(3);
      assertThat(sentences(ended)).hasSize(1);
      assertThat(sentences(ended).get(0))
          .contains("have expired", "renew them, then run the same command again");
      assertThat(ended.err()).doesNotContain("\tat ");
      proxy.inject(Map.of());
      // It could not be given back without credentials, and the process that took it still lives.
      storage.delete(output + "/_LEASE");
    }
    Command renewed = encode(output);
    assertThat(renewed.exitCode()).as(renewed.err()).isZero();
    assertThat(RunTables.digests(storage, output))
        .isEqualTo(RunTables.digests(storage, BUCKET + "/embeddings"));
  }

  private static Command expireAfter(int requests, String output) {
    proxy.injectAfter(requests, Map.of(Fault.EXPIRED, 1));
    return encode(output);
  }

  private static List<String> sentences(Command ended) {
    return ended.err().lines().filter(line -> line.startsWith("nomen: ")).toList();
  }

  @Test
  @Order(6)
  void a_store_that_refuses_for_good_is_one_sentence() {
    proxy.inject(Map.of(Fault.BUSY, 1));
    Command ended = encode(BUCKET + "/embeddings-busy");
    assertThat(ended.exitCode()).isEqualTo(3);
    assertThat(sentences(ended)).hasSize(1);
    assertThat(sentences(ended).get(0)).contains("the store refused requests through all retries");
  }

  @Test
  @Order(7)
  void a_password_is_refused_wherever_it_stands_and_never_shown() {
    for (String secret : List.of("AKIAX:qqsecret@bucket/x", "AKIAX:sec/retqq+@bucket/x")) {
      String uri = "s3a://" + secret;
      for (Command ended :
          List.of(
              Command.alone("encode", "--input", uri, "--output", BUCKET + "/x"),
              Command.alone("encode", "--input", BUCKET + "/photos", "--output", uri),
              Command.alone(
                  "encode", "--input", BUCKET + "/photos", "--model", uri, "--output", "x"),
              Command.alone("cluster", "--job", uri),
              Command.alone("gallery", "--run", uri),
              Command.alone("cluster", uri))) {
        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.err() + ended.out()).doesNotContain("qq").contains("…@bucket");
      }
    }
  }

  @Test
  @Order(8)
  void a_key_in_sparks_settings_is_refused() {
    System.setProperty("spark.hadoop.fs.s3a.secret.key", "sesame");
    try {
      Command ended = encode(BUCKET + "/y");
      assertThat(ended.exitCode()).isEqualTo(2);
      assertThat(ended.err()).contains("fs.s3a.secret.key is refused").doesNotContain("sesame");
    } finally {
      System.clearProperty("spark.hadoop.fs.s3a.secret.key");
    }
  }

  @Test
  @Order(9)
  void a_scheme_that_nothing_knows_is_one_sentence() {
    Command ended =
        Command.alone("encode", "--input", "s3://bucket/photos", "--output", BUCKET + "/z");
    assertThat(ended.exitCode()).isEqualTo(3);
    assertThat(sentences(ended)).hasSize(1);
    assertThat(sentences(ended).get(0)).contains("write s3a:");
  }
}
