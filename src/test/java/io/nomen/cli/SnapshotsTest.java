package io.nomen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.Progress;
import io.nomen.gallery.feed.GalleryStage.GalleryOptions;
import io.nomen.job.AssignJob;
import io.nomen.job.AssignJob.AssignOptions;
import io.nomen.job.RunRequest;
import io.nomen.run.ClusterRow;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.run.RunRecord;
import io.nomen.run.Snapshot;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import io.nomen.tensor.Matrix;
import io.nomen.testing.Command;
import io.nomen.testing.LocalSpark;
import io.nomen.testing.RandomRows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that read a run, or what a run was made from, while others take its place. */
class SnapshotsTest {
  private static final Storage STORAGE = new Storage(new Configuration());
  private static final int WIDTH = 16;

  @TempDir Path folder;

  @BeforeEach
  void embeddings() throws Exception {
    imported(24, 1);
    cluster(3, folder.resolve("embeddings"));
  }

  private void imported(int rows, long seed) throws Exception {
    Matrix places = RandomRows.anywhere(3, WIDTH, seed);
    Path npy = Command.npy(folder.resolve("rows.npy"), RandomRows.around(rows, places, 0.1, seed));
    Command.done("import", "--npy", npy, "--output", folder.resolve("embeddings"));
  }

  private void cluster(int clusters, Path embeddings) {
    Command.done(
        "cluster",
        "--embeddings",
        embeddings,
        "--method",
        "kmeans",
        "--kmeans-restarts",
        "1",
        "--duplicate-cosine",
        "off",
        "--clusters",
        clusters,
        "--output",
        folder.resolve("run"));
  }

  private Snapshot run(String name) {
    return new RunFolder(STORAGE, folder.resolve(name).toString()).snapshot();
  }

  @Test
  void assign_works_on_the_run_that_it_began_with() {
    AssignJob job =
        new AssignJob(
            new JobContext(LocalSpark::context, STORAGE, Progress.SILENT),
            new RunFolder(STORAGE, folder.resolve("assigned").toString()),
            new AssignOptions(
                folder.resolve("run").toString(),
                Optional.empty(),
                List.of(folder.resolve("embeddings").toString()),
                "rows",
                new RunRequest(List.of(), Map.of(), true, GalleryOptions.NONE)));
    String began = run("run").run();
    cluster(5, folder.resolve("embeddings"));
    RunRecord record = job.run();
    assertThat(record.clusters()).isEqualTo(3);
    assertThat(Json.line(record.method())).contains("\"run\":\"" + began + "\"");
    assertThat(run("assigned").rows(ClusterRow.SCHEMA)).hasSize(3);
  }

  @Test
  void a_gallery_is_made_of_the_rows_that_were_clustered_though_others_have_come_since()
      throws Exception {
    imported(30, 2);
    Command.done("gallery", "--run", folder.resolve("run"));
    Command evaluated =
        Command.run("evaluate", "--run", folder.resolve("run"), "--labels", "folder");
    assertThat(evaluated.refusal()).contains("24 images");
    imported(36, 3);
    Command gone = Command.run("gallery", "--run", folder.resolve("run"));
    assertThat(gone.exitCode()).isEqualTo(3);
    assertThat(gone.refusal()).contains("later runs have taken its place");
  }

  @Test
  void pages_of_clusters_that_are_no_more_are_gone() {
    Path page = folder.resolve("run/gallery/clusters/2.html");
    assertThat(page).exists();
    cluster(2, folder.resolve("embeddings"));
    assertThat(page).doesNotExist();
    assertThat(folder.resolve("run/gallery/index.html")).exists();
  }

  @Test
  void scores_tell_the_run_that_they_are_of() throws Exception {
    Path labels = folder.resolve("labels.csv");
    StringBuilder lines = new StringBuilder();
    String paths = STORAGE.readText(exported());
    paths.lines().skip(1).forEach(line -> lines.append(line.split(",", -1)[0]).append(",a\n"));
    Files.writeString(labels, lines);
    Command.done("evaluate", "--run", folder.resolve("run"), "--labels", labels);
    Path scores = folder.resolve("run/evaluation.json");
    JsonNode told = Json.read(Files.readString(scores), JsonNode.class, "the scores");
    assertThat(told.get("run").asText()).isEqualTo(run("run").run());
    cluster(2, folder.resolve("embeddings"));
    assertThat(scores).doesNotExist();
  }

  private String exported() {
    Path csv = folder.resolve("assignments.csv");
    Command.done("export", "--run", folder.resolve("run"), "--csv", csv);
    return csv.toString();
  }

  @Test
  void a_relative_folder_of_embeddings_is_found_from_anywhere() {
    Path relative = Path.of("").toAbsolutePath().relativize(folder.resolve("embeddings"));
    assertThat(relative.isAbsolute()).isFalse();
    cluster(2, relative);
    assertThat(run("run").contents().sources().values())
        .isNotEmpty()
        .allSatisfy(source -> assertThat(source).startsWith("file:/"));
  }

  @Test
  void a_record_that_a_dying_job_did_not_show_is_shown_by_the_same_command_again()
      throws Exception {
    Path shown = folder.resolve("run/run.json");
    String old = Files.readString(shown);
    cluster(2, folder.resolve("embeddings"));
    Files.writeString(shown, old);
    cluster(2, folder.resolve("embeddings"));
    JsonNode record = Json.read(Files.readString(shown), JsonNode.class, "the record");
    assertThat(record.get("run").asText()).isEqualTo(run("run").run());
    assertThat(record.get("clusters").asInt()).isEqualTo(2);
  }

  @Test
  void a_run_of_a_version_that_published_no_record_says_so_and_is_made_anew_by_its_command()
      throws Exception {
    Path current = folder.resolve("run/_CURRENT");
    String published = Files.readString(current);
    String without = published.replaceFirst("\"record\" : \"[^\"]*\"", "\"record\" : null");
    assertThat(without).isNotEqualTo(published);
    Files.writeString(current, without);
    Command refused = Command.run("gallery", "--run", folder.resolve("run"));
    assertThat(refused.exitCode()).isEqualTo(3);
    assertThat(refused.refusal())
        .contains("written by an earlier version of Nomen", "run the command again", "run.json");
    cluster(3, folder.resolve("embeddings"));
    Command.done("gallery", "--run", folder.resolve("run"));
  }
}
