package io.nomen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.store.Storage;
import io.nomen.testing.Command;
import io.nomen.testing.Photos;
import io.nomen.testing.RunTables;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The main job on a cluster of real processes, some of which are shot: the short part of the tests
 * on clusters, which every build runs. {@link ClusterMatrixIT} shoots in every stage.
 */
class StandaloneClusterIT {
  private static final Storage STORAGE = new Storage(new Configuration());

  private static final int EPOCHS = 8;

  @TempDir static Path folder;

  private static LocalCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    Path input = Files.createDirectories(folder.resolve("input"));
    List<Path> photos = Photos.of(5, 12);
    Photos.copy(photos.subList(0, 40), input.resolve("photos"));
    try (OutputStream shard = Files.newOutputStream(input.resolve("shard-0.tar"))) {
      Photos.tar(photos.subList(40, 60), shard);
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
      "1",
      "--epochs",
      Integer.toString(EPOCHS),
      "--precision",
      "fp32",
      "--output",
      folder.resolve(run).toString()
    };
  }

  @Test
  void a_run_whose_executor_and_driver_are_killed_leaves_the_tables_of_an_undisturbed_one() {
    try (Submission undisturbed = cluster.submit(Map.of(), tac("undisturbed"))) {
      assertThat(undisturbed.succeeded().get("exit").asText()).isEqualTo("done");
    }
    try (Submission first = cluster.submit(Map.of(), tac("killed"))) {
      first.awaitStage("EncodeStage", 1);
      first.driver().await("two executors", () -> first.executorsAdded() == 2);
      // They are loading libtorch or encoding now.
      Jvm.pause(1000);
      assertThat(cluster.killAnExecutor()).isTrue();
      try (Submission second = cluster.submit(Map.of(), tac("killed"))) {
        assertThat(second.driver().exitCode()).as(second.driver().lastWords()).isEqualTo(5);
        assertThat(second.driver().err()).contains("is held by another job");
      }
      first.awaitStage("Trainer", 2);
      first.driver().kill();
      assertThat(first.executorsRemoved()).isPositive();
    }
    try (Submission again = cluster.submit(Map.of(), tac("killed"))) {
      assertThat(again.succeeded().get("exit").asText()).isEqualTo("done");
      assertThat(again.driver().err()).contains("that held it has ended").contains("done before");
      // Two epochs were begun, so one at least was over: the heads went on from there.
      assertThat(again.stages("Trainer")).isLessThan(EPOCHS);
    }
    assertThat(RunTables.digests(STORAGE, folder.resolve("killed").toString()))
        .isEqualTo(RunTables.digests(STORAGE, folder.resolve("undisturbed").toString()));
  }

  private static String family(String name) throws Exception {
    return Path.of(StandaloneClusterIT.class.getResource("/io/nomen/clip/families/" + name).toURI())
        .toString();
  }

  /** A SigLIP 2 with a DINOv2 beside it, both small and random; turtle takes both spaces. */
  @Test
  void two_models_are_encoded_together_and_their_spaces_clustered_together() throws Exception {
    Path words = folder.resolve("words.txt");
    Files.writeString(words, "pizza\ndog\nlamp\nviolin\nship\nface\n");
    String[] command = {
      "cluster",
      "--input",
      folder.resolve("input").toString(),
      "--model",
      family("siglip2"),
      "--second-model",
      family("dinov2"),
      "--vocabulary",
      words.toString(),
      "--method",
      "turtle",
      "--epochs",
      "2",
      "--clusters",
      "5",
      "--precision",
      "fp32",
      "--output",
      folder.resolve("two-models").toString()
    };
    try (Submission run = cluster.submit(Map.of(), command)) {
      assertThat(run.succeeded().get("counts").get("embedded").asInt()).isEqualTo(60);
      assertThat(run.driver().err()).contains("as its second space");
    }
    command[command.length - 1] = folder.resolve("one-process").toString();
    Command.done((Object[]) command);
    assertThat(RunTables.digests(STORAGE, folder.resolve("two-models").toString()))
        .isEqualTo(RunTables.digests(STORAGE, folder.resolve("one-process").toString()));
  }
}
