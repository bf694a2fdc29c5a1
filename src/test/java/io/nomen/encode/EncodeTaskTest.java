package io.nomen.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.clip.ClipCheckpoint;
import io.nomen.encode.EncodeTask.BucketManifest;
import io.nomen.image.Bucket;
import io.nomen.image.BucketReader.ReadOptions;
import io.nomen.image.ImageDecoder.DecodeOptions;
import io.nomen.image.Inventory;
import io.nomen.image.Inventory.InventoryOptions;
import io.nomen.store.Storage;
import io.nomen.tensor.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskContext$;
import org.apache.spark.util.LongAccumulator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncodeTaskTest {
  private static final Storage STORAGE = new Storage(new Configuration());

  @TempDir Path folder;

  @AfterEach
  void noTask() {
    TaskContext$.MODULE$.unset();
  }

  /** The first task of a driver, which every driver numbers 0. */
  private BucketManifest firstTask(Bucket bucket) {
    TaskContext first = TaskContext$.MODULE$.empty();
    assertThat(first.taskAttemptId()).isZero();
    TaskContext$.MODULE$.setTaskContext(first);
    EncodeTask.Settings settings =
        new EncodeTask.Settings(
            folder.resolve("images").toString(),
            folder.resolve("embeddings").toString(),
            folder.resolve("manifests").toString(),
            Precision.FP32,
            "cpu",
            4,
            1,
            1,
            ReadOptions.defaults(),
            DecodeOptions.defaults());
    return new EncodeTask(
            STORAGE,
            List.of(ClipCheckpoint.open(STORAGE, "tiny").model()),
            settings,
            new LongAccumulator())
        .call(bucket);
  }

  @Test
  void a_driver_that_goes_on_from_another_leaves_the_files_of_its_tasks_alone() throws Exception {
    Path photos = Files.createDirectories(folder.resolve("photos"));
    try (var files = Files.list(Path.of("samples/pizza"))) {
      for (Path file : files.sorted().limit(3).toList()) {
        Files.copy(file, photos.resolve(file.getFileName()));
      }
    }
    Bucket bucket =
        Inventory.list(STORAGE, List.of(photos.toString()), InventoryOptions.defaults()).get(0);
    BucketManifest killed = firstTask(bucket);
    // Its executor may still be writing.
    Path written = folder.resolve("embeddings").resolve(killed.file());
    Files.writeString(written, "half of it");
    BucketManifest next = firstTask(bucket);
    assertThat(next.file()).isNotEqualTo(killed.file());
    assertThat(written).hasContent("half of it");
    assertThat(next.embedded()).isEqualTo(3);
  }
}
