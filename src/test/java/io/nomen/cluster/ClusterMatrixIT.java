package io.nomen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.cluster.StageTrouble.Kind;
import io.nomen.store.Storage;
import io.nomen.testing.Photos;
import io.nomen.testing.RunTables;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The main job on a cluster of real processes: an executor and the driver die in each of its
 * stages, executors come and go, tasks run twice. The tables must be those of a run that nobody
 * disturbed, byte for byte.
 */
@Tag("cluster")
class ClusterMatrixIT {
  private static final Storage STORAGE = new Storage(new Configuration());

  /** Stages after which a job that goes on finds other things done. */
  private static final List<String> DRIVERS_STAGES =
      List.of(
          "EncodeStage",
          "NounEncoder",
          "KMeansStarts",
          "Trainer",
          "RunFolder",
          "NounScores",
          "GalleryStage");

  @TempDir static Path folder;

  private static Path cache;
  private static LocalCluster cluster;
  private static List<String> stages;

  @BeforeAll
  static void start() throws Exception {
    List<Path> photos = Photos.of(8, 15);
    Path input = Files.createDirectories(folder.resolve("input"));
    Photos.copy(photos.subList(0, 40), input.resolve("photos"));
    for (int shard = 0; shard < 4; shard++) {
      try (OutputStream out = Files.newOutputStream(input.resolve("shard-" + shard + ".tar"))) {
        Photos.tar(photos.subList(40 + 20 * shard, 60 + 20 * shard), out);
      }
    }
    cache = Files.createDirectories(Path.of("target/clusters/cache").toAbsolutePath());
    cluster = new LocalCluster("matrix", Map.of("NOMEN_CACHE_DIR", cache.toString()));
    // Nouns are encoded in every run: "never" asks no cache.
    try (Submission alone = cluster.submit(Map.of(), tac("alone", "never"))) {
      assertThat(alone.succeeded().get("counts").get("embedded").asInt()).isEqualTo(120);
      stages = alone.stages();
      assertThat(stages).containsAll(DRIVERS_STAGES);
    }
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  private static String[] tac(String run, String resume, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "cluster",
                "--input",
                folder.resolve("input").toString(),
                "--clusters",
                "8",
                "--method",
                "tac",
                "--semantic-centres",
                "10",
                "--kmeans-restarts",
                "2",
                "--epochs",
                "6",
                "--precision",
                "fp32",
                "--resume",
                resume,
                "--output",
                folder.resolve(run).toString()));
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }

  private static Map<String, String> tables(String run) {
    return RunTables.digests(STORAGE, folder.resolve(run).toString());
  }

  private static void assertSameAsAlone(String run) throws IOException {
    assertThat(tables(run)).isEqualTo(tables("alone"));
    assertThat(pages(run)).isEqualTo(pages("alone")).contains("index.html");
  }

  private static Set<String> pages(String run) throws IOException {
    Path gallery = folder.resolve(run).resolve("gallery");
    try (var files = Files.walk(gallery)) {
      Set<String> names = new TreeSet<>();
      files.filter(Files::isRegularFile).forEach(f -> names.add(gallery.relativize(f).toString()));
      return names;
    }
  }

  @Test
  void an_executor_killed_in_each_stage_changes_nothing() throws Exception {
    Map<String, String> trouble = StageTrouble.settings(Kind.KILL_EXECUTOR, stages);
    try (Submission job = cluster.submit(trouble, tac("executors", "never"))) {
      assertThat(job.succeeded().get("exit").asText()).isEqualTo("done");
      assertThat(job.troubles()).containsExactlyInAnyOrderElementsOf(stages);
      assertThat(job.executorsRemoved()).isGreaterThanOrEqualTo(stages.size() - 1L);
    }
    assertSameAsAlone("executors");
  }

  @Test
  void a_driver_killed_in_each_stage_is_gone_on_from() throws Exception {
    STORAGE.delete(cache.resolve("vocabulary").toUri().toString());
    for (String stage : DRIVERS_STAGES) {
      Map<String, String> trouble = StageTrouble.settings(Kind.KILL_DRIVER, List.of(stage));
      try (Submission job = cluster.submit(trouble, tac("drivers", "auto"))) {
        assertThat(job.driver().exitCode()).as(job.driver().lastWords()).isEqualTo(137);
        assertThat(job.troubles()).containsExactly(stage);
      }
    }
    try (Submission last = cluster.submit(Map.of(), tac("drivers", "auto"))) {
      assertThat(last.succeeded().get("exit").asText()).isEqualTo("done");
      assertThat(last.driver().err()).contains("that held it has ended").contains("done before");
    }
    assertSameAsAlone("drivers");
  }

  @Test
  void executors_that_come_and_go_change_nothing() throws Exception {
    Map<String, String> settings =
        Map.of(
            "spark.dynamicAllocation.enabled", "true",
            "spark.dynamicAllocation.shuffleTracking.enabled", "true",
            "spark.dynamicAllocation.minExecutors", "0",
            "spark.dynamicAllocation.executorIdleTimeout", "1s",
            "spark.dynamicAllocation.cachedExecutorIdleTimeout", "1s",
            "spark.dynamicAllocation.shuffleTracking.timeout", "1s");
    try (Submission job = cluster.submit(settings, tac("dynamic", "never"))) {
      assertThat(job.succeeded().get("exit").asText()).isEqualTo("done");
      assertThat(job.executorsRemoved()).isPositive();
    }
    assertSameAsAlone("dynamic");
  }

  @Test
  void tasks_that_run_twice_change_nothing() throws Exception {
    List<String> stalled = List.of("EncodeStage", "KMeansStarts", "RunFolder", "GalleryStage");
    Map<String, String> settings = new LinkedHashMap<>(StageTrouble.settings(Kind.STALL, stalled));
    settings.put("spark.speculation", "true");
    settings.put("spark.speculation.efficiency.enabled", "false");
    settings.put("spark.speculation.quantile", "0.1");
    settings.put("spark.speculation.minTaskRuntime", "500ms");
    settings.put("spark.speculation.task.duration.threshold", "500ms");
    try (Submission job = cluster.submit(settings, tac("speculative", "never"))) {
      assertThat(job.succeeded().get("exit").asText()).isEqualTo("done");
      assertThat(job.speculations()).containsAll(stalled);
    }
    assertSameAsAlone("speculative");
  }

  @Test
  void shards_of_a_training_that_lose_an_executor_give_the_same_heads() {
    String[] sharded = {"--shards", "2"};
    try (Submission alone = cluster.submit(Map.of(), tac("sharded", "auto", sharded))) {
      assertThat(alone.succeeded().get("exit").asText()).isEqualTo("done");
    }
    Map<String, String> trouble = StageTrouble.settings(Kind.KILL_EXECUTOR, List.of("Trainer"));
    try (Submission job = cluster.submit(trouble, tac("sharded-killed", "auto", sharded))) {
      assertThat(job.succeeded().get("exit").asText()).isEqualTo("done");
      assertThat(job.troubles()).containsExactly("Trainer");
    }
    assertThat(tables("sharded-killed")).isEqualTo(tables("sharded"));
  }
}
