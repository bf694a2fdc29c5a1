package io.nomen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.cluster.YarnCluster.Application;
import io.nomen.run.RunFolder;
import io.nomen.testing.Photos;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The main job in YARN's cluster mode, on HDFS: the short part, which every build runs. {@link
 * YarnMatrixIT} has the rest.
 */
class YarnIT {
  @TempDir static Path folder;

  private static YarnCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = new YarnCluster("yarn", 1);
    Path photos = Files.createDirectories(folder.resolve("photos"));
    Photos.copy(Photos.of(3, 8), photos);
    cluster.put(photos, "photos");
  }

  @AfterAll
  static void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static String[] encode(String input, String output) {
    return new String[] {
      "encode",
      "--input",
      cluster.uri(input),
      "--precision",
      "fp32",
      "--output",
      cluster.uri(output)
    };
  }

  @Test
  void a_run_is_succeeded_at_the_first_attempt_and_once_more_when_all_is_done() {
    for (int time = 0; time < 2; time++) {
      try (Application job = cluster.submit("cluster", Map.of(), encode("photos", "run"))) {
        ApplicationReport report = job.report();
        assertThat(report.getFinalApplicationStatus())
            .as(report.getDiagnostics() + job.logs("stderr"))
            .isEqualTo(FinalApplicationStatus.SUCCEEDED);
        assertThat(job.attempts()).isEqualTo(1);
        assertThat(job.submission().driver().exitCode()).isZero();
        assertThat(job.logs("stdout")).contains("\"embedded\":24");
      }
    }
  }

  @Test
  void what_is_wrong_with_a_command_stands_in_the_diagnostics_of_its_application() {
    Map<String, String> once = Map.of("spark.yarn.maxAppAttempts", "1");
    try (Application job = cluster.submit("cluster", once, encode("not-there", "none"))) {
      ApplicationReport report = job.report();
      assertThat(report.getFinalApplicationStatus()).isEqualTo(FinalApplicationStatus.FAILED);
      assertThat(report.getDiagnostics())
          .contains("There is nothing at " + cluster.uri("not-there"))
          .doesNotContain("\tat ");
      assertThat(job.submission().driver().exitCode()).isNotZero();
    }
  }

  @Test
  void hdfs_has_one_holder_and_whole_runs() throws Exception {
    PublicationTest.check(cluster.storage(), cluster.uri("published"), true);
    cluster.storage().writeText(cluster.uri("words.txt"), "dog\ncat\n");
    // A list of words, below which HDFS refuses to look for anything.
    assertThat(RunFolder.holds(cluster.storage(), cluster.uri("words.txt"), "nouns")).isFalse();
  }
}
