package io.nomen.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.Progress;
import io.nomen.encode.EncodeStage.EncodeOptions;
import io.nomen.encode.ModelChoice;
import io.nomen.exchange.ExportJob;
import io.nomen.exchange.LabelExport;
import io.nomen.gallery.feed.GalleryStage.GalleryOptions;
import io.nomen.image.Inventory.InventoryOptions;
import io.nomen.job.VocabularyJob.VocabularyChoice;
import io.nomen.kmeans.SphericalKMeans;
import io.nomen.method.MethodOptions;
import io.nomen.method.MethodOptions.TrainingOptions;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.run.RunRecord;
import io.nomen.run.TableColumn;
import io.nomen.semantics.SemanticCentres.SemanticOptions;
import io.nomen.store.Storage;
import io.nomen.tensor.Precision;
import io.nomen.testing.LocalSpark;
import io.nomen.testing.TableRow;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The main job on 60 of the samples and some files that are none, from folder to gallery. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MainJobTest {
  private static final List<String> THINGS =
      List.of("airplane", "elephant", "pizza", "sunflower", "motorbike");

  private static final Storage STORAGE = new Storage(new Configuration());

  @TempDir static Path folder;

  @BeforeAll
  static void photographs() throws Exception {
    for (String thing : THINGS) {
      Path to = Files.createDirectories(folder.resolve("photos").resolve(thing));
      try (var files = Files.list(Path.of("samples", thing))) {
        for (Path file : files.sorted().limit(12).toList()) {
          Files.copy(file, to.resolve(file.getFileName()));
        }
      }
    }
    Files.writeString(folder.resolve("photos/<b>notes \"x\".jpg"), "no picture");
    Files.createFile(folder.resolve("photos/empty.jpg"));
    byte[] whole = Files.readAllBytes(firstPhoto());
    Files.write(folder.resolve("photos/cut.jpg"), java.util.Arrays.copyOf(whole, whole.length / 2));
  }

  private static Path firstPhoto() throws Exception {
    try (var files = Files.list(folder.resolve("photos/pizza"))) {
      return files.sorted().findFirst().orElseThrow();
    }
  }

  private static ClusterJob job(String output, int filesPerBucket, boolean resume) {
    JobContext context = new JobContext(LocalSpark::context, STORAGE, Progress.SILENT);
    ModelChoice model = new ModelChoice("tiny", Precision.FP32, "cpu", 16);
    EncodeOptions encode =
        new EncodeOptions(
            List.of(folder.resolve("photos").toString()),
            new InventoryOptions(
                filesPerBucket, Optional.empty(), Optional.empty(), Optional.empty()),
            model,
            Optional.empty(),
            1_000_000,
            0.1,
            resume);
    MethodOptions options =
        new MethodOptions(
            SphericalKMeans.Options.withRestarts(3),
            SemanticOptions.defaults(),
            TrainingOptions.defaults());
    return new ClusterJob(
        context,
        new RunFolder(STORAGE, folder.resolve(output).toString()),
        new ClusterOptions(
            Optional.of(encode),
            List.of(),
            Optional.empty(),
            OptionalInt.of(5),
            "tac-no-train",
            model,
            new VocabularyChoice("auto", List.of(), Optional.empty(), true),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            options,
            OptionalDouble.of(0.97),
            List.of(),
            0,
            "photos",
            new RunRequest(List.of("nomen", "cluster"), Map.of(), resume, GalleryOptions.NONE)));
  }

  private static RunFolder run(String output) {
    return new RunFolder(STORAGE, folder.resolve(output).toString());
  }

  /** Without confidences: other batches of the encoder round the last digits otherwise. */
  private static List<String> clusters(String output) {
    return assignments(output).stream().map(row -> row.substring(0, row.lastIndexOf(' '))).toList();
  }

  private static List<String> assignments(String output) {
    List<String> rows = new ArrayList<>();
    for (String uri : run(output).snapshot().table("assignments").uris()) {
      for (TableRow row : TableRow.read(STORAGE, uri)) {
        rows.add(
            row.string("path") + " " + row.integer("cluster") + " " + row.number("confidence"));
      }
    }
    return rows;
  }

  @Test
  @Order(1)
  void every_listed_file_has_one_row_and_every_picture_a_cluster() {
    RunRecord record = job("run", 2000, true).run();
    assertThat(record.counts().listed()).isEqualTo(63);
    assertThat(record.counts().embedded()).isEqualTo(60);
    assertThat(record.counts().statuses())
        .isEqualTo(Map.of("ok", 60L, "not-an-image", 1L, "empty", 1L, "truncated", 1L));
    assertThat(assignments("run")).hasSize(60).doesNotHaveDuplicates();
  }

  @Test
  @Order(2)
  void pictures_of_one_thing_are_mostly_together() {
    JobContext context = new JobContext(LocalSpark::context, STORAGE, Progress.SILENT);
    Map<String, Object> scores = EvaluateJob.run(context, run("run"), "folder");
    assertThat((double) scores.get("acc")).isGreaterThan(60);
  }

  @Test
  @Order(3)
  void the_same_command_again_does_nothing_and_says_the_same() {
    List<String> before = assignments("run");
    RunRecord again = job("run", 2000, true).run();
    assertThat(again.run()).isEqualTo(run("run").current().orElseThrow().run());
    assertThat(assignments("run")).isEqualTo(before);
  }

  @Test
  @Order(3)
  void a_job_that_died_over_its_gallery_writes_it_when_it_is_started_again() throws Exception {
    Path stage = folder.resolve("run/_stages/gallery.json");
    Path page = folder.resolve("run/gallery/index.html");
    Files.writeString(
        stage, Files.readString(stage).replace("\"done\" : true", "\"done\" : false"));
    Files.delete(page);
    String run = job("run", 2000, true).run().run();
    assertThat(run).isEqualTo(run("run").current().orElseThrow().run());
    assertThat(Files.readString(page)).contains("<html");
  }

  @Test
  @Order(4)
  void other_buckets_and_so_other_partitions_give_the_same_assignments() {
    job("other", 7, false).run();
    assertThat(clusters("other")).isEqualTo(clusters("run"));
  }

  @Test
  @Order(5)
  void a_bucket_that_is_done_is_not_encoded_again() throws Exception {
    job("resumed", 20, true).run();
    Path stages = folder.resolve("resumed/_stages");
    Path stage = stages.resolve("encode.json");
    String done = Files.readString(stage);
    assertThat(done).contains("\"buckets_encoded_now\" : 4");
    List<String> before = assignments("resumed");
    Files.writeString(stage, done.replace("\"done\" : true", "\"done\" : false"));
    Path manifests;
    try (var files = Files.list(stages)) {
      manifests = files.filter(Files::isDirectory).findFirst().orElseThrow();
    }
    Files.delete(manifests.resolve("bucket-000001.json"));
    job("resumed", 20, true).run();
    assertThat(Files.readString(stage))
        .contains("\"buckets_encoded_now\" : 1")
        .contains("\"buckets_resumed\" : 3");
    assertThat(assignments("resumed")).isEqualTo(before);
  }

  @Test
  @Order(6)
  void the_gallery_shows_names_and_reasons_and_runs_no_markup_of_strangers() throws Exception {
    Path gallery = folder.resolve("run/gallery");
    String index = Files.readString(gallery.resolve("index.html"));
    for (TableRow row :
        TableRow.read(STORAGE, run("run").snapshot().table("clusters").uris().get(0))) {
      assertThat(index).contains(row.string("name"));
    }
    String failed = Files.readString(gallery.resolve("failed.html"), StandardCharsets.UTF_8);
    assertThat(failed).contains("truncated").doesNotContain("<b>notes");
  }

  @Test
  @Order(7)
  void assignments_as_csv_carry_names_of_files_and_clusters() throws Exception {
    Path csv = folder.resolve("assignments.csv");
    assertThat(LabelExport.of(LocalSpark.context(), run("run").snapshot()).csv(csv.toString()))
        .isEqualTo(60);
    assertThat(Files.readString(csv)).startsWith("path,cluster,name,confidence\r\n");
  }

  @Test
  @Order(8)
  void exported_embeddings_come_in_path_order_with_their_norms() {
    JobContext context = new JobContext(LocalSpark::context, STORAGE, Progress.SILENT);
    Path npy = folder.resolve("e.npy");
    assertThat(ExportJob.npy(context, run("run"), npy.toString(), true)).isEqualTo(60);
    float norm =
        new TableColumn(STORAGE, run("run").snapshot().table("embeddings").uris().get(0), "norm")
            .floats()[0];
    try (var reader = io.nomen.exchange.NpyReader.open(STORAGE, npy.toString())) {
      double square = 0;
      for (float value : reader.next(1)) {
        square += (double) value * value;
      }
      assertThat(Math.sqrt(square))
          .isCloseTo(norm, org.assertj.core.data.Percentage.withPercentage(0.01));
    }
  }
}
