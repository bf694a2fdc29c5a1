package io.nomen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.cluster.StageTrouble.Kind;
import io.nomen.cluster.YarnCluster.Application;
import io.nomen.store.Json;
import io.nomen.testing.Photos;
import io.nomen.testing.RunTables;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every subcommand on YARN and HDFS, in both deploy modes, and what goes wrong there. */
@Tag("cluster")
class YarnMatrixIT {
  /** Stages after which an application master that goes on finds other things done. */
  private static final List<String> MASTERS_STAGES =
      List.of("EncodeStage", "NounEncoder", "Trainer", "RunFolder", "GalleryStage");

  private static final Map<String, String> ONE_ATTEMPT = Map.of("spark.yarn.maxAppAttempts", "1");

  @TempDir static Path folder;

  private static YarnCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = new YarnCluster("yarn-matrix", 2);
    Path input = Files.createDirectories(folder.resolve("input"));
    List<Path> photos = Photos.of(6, 15);
    Photos.copy(photos.subList(0, 30), input.resolve("photos"));
    for (int shard = 0; shard < 4; shard++) {
      try (OutputStream out = Files.newOutputStream(input.resolve("shard-" + shard + ".tar"))) {
        Photos.tar(photos.subList(30 + 15 * shard, 45 + 15 * shard), out);
      }
    }
    cluster.put(input, "input");
    Path bad = Files.createDirectories(folder.resolve("bad"));
    for (int i = 0; i < 4; i++) {
      Files.writeString(bad.resolve(i + ".jpg"), "no picture");
    }
    cluster.put(bad, "bad");
  }

  @AfterAll
  static void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static String[] tac(String run, String... more) {
    List<String> words =
        List.of(
            "cluster",
            "--input",
            cluster.uri("input"),
            "--clusters",
            "6",
            "--method",
            "tac",
            "--semantic-centres",
            "8",
            "--kmeans-restarts",
            "1",
            "--epochs",
            "4",
            "--precision",
            "fp32",
            "--output",
            cluster.uri(run));
    return Stream.concat(words.stream(), Stream.of(more)).toArray(String[]::new);
  }

  private static ApplicationReport succeeded(Application job) {
    ApplicationReport report = job.report();
    assertThat(report.getFinalApplicationStatus())
        .as(report.getDiagnostics() + job.logs("stderr"))
        .isEqualTo(FinalApplicationStatus.SUCCEEDED);
    assertThat(job.submission().driver().exitCode()).isZero();
    return report;
  }

  private static void failed(Application job, String... parts) {
    ApplicationReport report = job.report();
    assertThat(report.getFinalApplicationStatus()).isEqualTo(FinalApplicationStatus.FAILED);
    assertThat(report.getDiagnostics()).contains(parts);
    assertThat(job.submission().driver().exitCode()).isNotZero();
  }

  @Test
  void an_application_master_killed_in_each_stage_is_gone_on_from_by_the_next() {
    try (Application alone = cluster.submit("client", Map.of(), tac("alone"))) {
      succeeded(alone);
    }
    Map<String, String> trouble =
        new HashMap<>(StageTrouble.settings(Kind.KILL_DRIVER, MASTERS_STAGES));
    trouble.put("spark.yarn.maxAppAttempts", "10");
    try (Application job = cluster.submit("cluster", trouble, tac("killed"))) {
      succeeded(job);
      assertThat(job.submission().troubles()).containsExactlyElementsOf(MASTERS_STAGES);
      assertThat(job.attempts()).isEqualTo(MASTERS_STAGES.size() + 1);
    }
    assertThat(RunTables.digests(cluster.storage(), cluster.uri("killed")))
        .isEqualTo(RunTables.digests(cluster.storage(), cluster.uri("alone")));
  }

  @Test
  void an_attempt_waits_for_the_lease_of_one_that_was_lost_with_its_machine() throws Exception {
    String now = Instant.now().toString();
    Map<String, Object> holder =
        Map.of(
            "owner",
            "lost",
            "host",
            "lost-host",
            "place",
            "lost-host",
            "pid",
            1,
            "processStart",
            now,
            "started",
            now);
    Map<String, Object> lease = Map.of("holder", holder, "renewed", now);
    cluster.storage().writeText(cluster.uri("leased/_LEASE"), Json.pretty(lease));
    String[] words = {"encode", "--input", cluster.uri("input"), "--output", cluster.uri("leased")};
    try (Application job = cluster.submit("cluster", Map.of(), words)) {
      succeeded(job);
      assertThat(job.attempts()).isEqualTo(2);
    }
  }

  @Test
  void every_command_succeeds_again_when_all_is_done() {
    String run = cluster.uri("whole");
    List<String[]> commands =
        List.of(
            tac("whole"),
            new String[] {
              "assign", "--run", run, "--input", cluster.uri("input"), "--output", run + "-more"
            },
            new String[] {"evaluate", "--run", run, "--labels", "folder"},
            new String[] {"export", "--run", run, "--csv", run + ".csv"},
            new String[] {"gallery", "--run", run});
    for (String[] command : commands) {
      for (int time = 0; time < 2; time++) {
        try (Application job = cluster.submit("cluster", ONE_ATTEMPT, command)) {
          succeeded(job);
        }
      }
    }
  }

  @Test
  void tasks_run_where_their_shard_is() {
    Map<String, String> patient = Map.of("spark.locality.wait", "60s");
    try (Application job = cluster.submit("client", patient, tac("near"))) {
      succeeded(job);
      assertThat(job.submission().localities("EncodeStage")).contains("NODE_LOCAL");
    }
  }

  @Test
  void a_wrong_option_is_told_in_the_diagnostics() {
    try (Application job =
        cluster.submit("cluster", ONE_ATTEMPT, tac("none", "--vocabulry", "wordnet"))) {
      failed(job, "\"--vocabulry\" is not an option", "did you mean \"--vocabulary\"");
    }
  }

  @Test
  void too_many_bad_images_are_told_in_the_diagnostics() {
    String bad = cluster.uri("bad");
    String[] words = {"encode", "--input", bad, "--output", cluster.uri("bad-run")};
    try (Application job = cluster.submit("cluster", ONE_ATTEMPT, words)) {
      failed(job, "4 of 4 images", "--max-bad-fraction");
    }
    // In client mode the exit code says which kind it was, and YARN that it failed.
    String[] client = {"encode", "--input", bad, "--output", cluster.uri("bad-client")};
    try (Application job = cluster.submit("client", Map.of(), client)) {
      ApplicationReport report = job.report();
      assertThat(job.submission().driver().exitCode()).isEqualTo(4);
      assertThat(report.getFinalApplicationStatus()).isEqualTo(FinalApplicationStatus.FAILED);
    }
  }

  @Test
  void containers_over_their_memory_are_told_with_the_setting_to_raise() {
    Map<String, String> little = new HashMap<>(ONE_ATTEMPT);
    // A heap that Spark refuses without the second setting: it starts in that, but not libtorch.
    little.put("spark.executor.memory", "256m");
    little.put("spark.testing.reservedMemory", "67108864");
    little.put("spark.executor.memoryOverhead", "1m");
    little.put("spark.executor.instances", "1");
    little.put("spark.yarn.max.executor.failures", "100");
    try (Application job = cluster.submit("cluster", little, tac("little"))) {
      failed(job, "memory limits", "spark.executor.memoryOverhead", "run the same command again");
    }
  }
}
