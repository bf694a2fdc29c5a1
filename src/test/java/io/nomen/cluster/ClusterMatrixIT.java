package io.nomen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.store.Storage;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The main job on all the samples, on a cluster of real processes: an executor and the driver are
 * shot in each of its stages, executors come and go, tasks run twice. The tables must be those of a
 * run that nobody disturbed, byte for byte.
 */
@Tag("cluster")
class ClusterMatrixIT {
  private static final Storage STORAGE = new Storage(new Configuration());

  @TempDir static Path folder;

  private static LocalCluster cluster;
  private static Map<String, String> wanted;
  private static List<String> stages;

  @BeforeAll
  static void start() throws Exception {
    List<Path> photos = Photos.of(100, 100);
    Path input = Files.createDirectories(folder.resolve("input"));
    int third = photos.size() / 3;
    Photos.copy(photos.subList(0, third), input.resolve("photos"));
    for (int shard = 0; shard < 4; shard++) {
      int from = third + shard * (photos.size() - third) / 4;
      int to = third + (shard + 1) * (photos.size() - third) / 4;
      try (OutputStream out = Files.newOutputStream(input.resolve("shard-" + shard + ".tar"))) {
        Photos.tar(photos.subList(from, to), out);
      }
    }
    cluster = new LocalCluster("matrix", Map.of());
    try (Submission alone = cluster.submit(Map.of(), tac("alone"))) {
      JsonNode answer = alone.succeeded();
      assertThat(answer.get("counts").get("embedded").asInt()).isEqualTo(photos.size());
      wanted = tables("alone");
      // -Dnomen.test.stages=EncodeStage,Trainer takes some of them: all need half an hour.
      String some = System.getProperty("nomen.test.stages", String.join(",", alone.stages()));
      stages = alone.stages().stream().filter(List.of(some.split(",", -1))::contains).toList();
    }
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  /** Nouns are encoded in every run: {@code --resume never} asks no cache. */
  private static String[] tac(String run, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "cluster",
                "--input",
                folder.resolve("input").toString(),
                "--clusters",
                "24",
                "--method",
                "tac",
                "--kmeans-restarts",
                "3",
                "--precision",
                "fp32",
                "--output",
                folder.resolve(run).toString()));
    words.addAll(more.length == 0 ? List.of("--resume", "never") : List.of(more));
    return words.toArray(String[]::new);
  }

  private static Map<String, String> tables(String run) {
    return RunTables.digests(STORAGE, folder.resolve(run).toString());
  }

  @TestFactory
  Stream<DynamicTest> an_executor_killed_in_a_stage_changes_nothing() {
    return stages.stream().map(stage -> DynamicTest.dynamicTest(stage, () -> killExecutor(stage)));
  }

  private static void killExecutor(String stage) {
    String run = "executor-" + stage;
    try (Submission job = cluster.submit(Map.of(), tac(run))) {
      job.awaitStage(stage, 1);
      Jvm.pause(100);
      assertThat(cluster.killAnExecutor()).isTrue();
      assertThat(job.succeeded().get("exit").asText()).isEqualTo("done");
      assertThat(job.events()).anyMatch(event -> event.startsWith("executor removed"));
    }
    assertThat(tables(run)).isEqualTo(wanted);
  }

  @TestFactory
  Stream<DynamicTest> a_driver_killed_in_a_stage_is_gone_on_from() {
    return stages.stream().map(stage -> DynamicTest.dynamicTest(stage, () -> killDriver(stage)));
  }

  private static void killDriver(String stage) {
    String run = "driver-" + stage;
    try (Submission job = cluster.submit(Map.of(), tac(run, "--resume", "auto"))) {
      job.awaitStage(stage, 1);
      Jvm.pause(100);
      job.driver().kill();
    }
    try (Submission again = cluster.submit(Map.of(), tac(run, "--resume", "auto"))) {
      assertThat(again.succeeded().get("exit").asText()).isEqualTo("done");
      assertThat(again.driver().err()).contains("that held it has ended");
    }
    assertThat(tables(run)).isEqualTo(wanted);
  }

  @Test
  void executors_that_come_and_go_change_nothing() {
    Map<String, String> settings =
        Map.of(
            "spark.dynamicAllocation.enabled", "true",
            "spark.dynamicAllocation.shuffleTracking.enabled", "true",
            "spark.dynamicAllocation.minExecutors", "0",
            "spark.dynamicAllocation.executorIdleTimeout", "1s",
            "spark.dynamicAllocation.cachedExecutorIdleTimeout", "1s",
            "spark.dynamicAllocation.shuffleTracking.timeout", "1s");
    try (Submission job = cluster.submit(settings, tac("dynamic"))) {
      assertThat(job.succeeded().get("exit").asText()).isEqualTo("done");
      assertThat(job.events()).anyMatch(event -> event.startsWith("executor removed"));
    }
    assertThat(tables("dynamic")).isEqualTo(wanted);
  }

  @Test
  void tasks_that_run_twice_change_nothing() {
    Map<String, String> settings =
        Map.of(
            "spark.speculation", "true",
            "spark.speculation.interval", "50ms",
            "spark.speculation.multiplier", "1.01",
            "spark.speculation.quantile", "0.1",
            "spark.speculation.minTaskRuntime", "1ms");
    try (Submission job = cluster.submit(settings, tac("speculative"))) {
      assertThat(job.succeeded().get("exit").asText()).isEqualTo("done");
      assertThat(job.events()).contains("task speculative");
    }
    assertThat(tables("speculative")).isEqualTo(wanted);
  }

  @Test
  void shards_of_a_training_that_lose_an_executor_give_the_same_heads() {
    String[] sharded = {"--shards", "2", "--resume", "never"};
    try (Submission alone = cluster.submit(Map.of(), tac("sharded", sharded))) {
      assertThat(alone.succeeded().get("exit").asText()).isEqualTo("done");
    }
    try (Submission job = cluster.submit(Map.of(), tac("sharded-killed", sharded))) {
      job.awaitStage("Trainer", 5);
      assertThat(cluster.killAnExecutor()).isTrue();
      assertThat(job.succeeded().get("exit").asText()).isEqualTo("done");
    }
    assertThat(tables("sharded-killed")).isEqualTo(tables("sharded"));
  }
}
