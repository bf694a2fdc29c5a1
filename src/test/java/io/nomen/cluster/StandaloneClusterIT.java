package io.nomen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.store.Storage;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job on a cluster of real processes, some of which are shot: the short part. */
@Tag("cluster")
class StandaloneClusterIT {
  private static final Storage STORAGE = new Storage(new Configuration());

  @TempDir static Path folder;

  private static LocalCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    Path input = Files.createDirectories(folder.resolve("input"));
    List<Path> photos = Photos.of(5, 18);
    Photos.copy(photos.subList(0, 70), input.resolve("photos"));
    try (OutputStream shard = Files.newOutputStream(input.resolve("shard-0.tar"))) {
      Photos.tar(photos.subList(70, 90), shard);
    }
    cluster = new LocalCluster("standalone", Map.of());
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  private static String[] tac(String run) {
    return new String[] {
      "cluster",
      "--input",
      folder.resolve("input").toString(),
      "--clusters",
      "5",
      "--method",
      "tac",
      "--semantic-centres",
      "6",
      "--kmeans-restarts",
      "2",
      "--precision",
      "fp32",
      "--output",
      folder.resolve(run).toString()
    };
  }

  @Test
  void a_run_whose_executors_and_driver_are_killed_leaves_the_tables_of_an_undisturbed_one() {
    try (Submission undisturbed = cluster.submit(Map.of(), tac("undisturbed"))) {
      assertThat(undisturbed.succeeded().get("exit").asText()).isEqualTo("done");
    }
    try (Submission first = cluster.submit(Map.of(), tac("killed"))) {
      first.awaitStage("EncodeStage", 1);
      Jvm.pause(500);
      assertThat(cluster.killAnExecutor()).isTrue();
      try (Submission second = cluster.submit(Map.of(), tac("killed"))) {
        assertThat(second.driver().exitCode()).isEqualTo(5);
        assertThat(second.driver().err()).contains("is held by another job");
      }
      first.awaitStage("Trainer", 1);
      Jvm.pause(500);
      first.driver().kill();
    }
    try (Submission again = cluster.submit(Map.of(), tac("killed"))) {
      again.awaitStage("Trainer", 1);
      Jvm.pause(500);
      assertThat(cluster.killAnExecutor()).isTrue();
      JsonNode answer = again.succeeded();
      assertThat(answer.get("exit").asText()).isEqualTo("done");
    }
    assertThat(RunTables.digests(STORAGE, folder.resolve("killed").toString()))
        .isEqualTo(RunTables.digests(STORAGE, folder.resolve("undisturbed").toString()));
  }
}
