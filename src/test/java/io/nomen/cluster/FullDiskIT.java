package io.nomen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.testing.Photos;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Disks that are full or cannot be written, as real file systems of a few megabytes: one sentence,
 * exit code 3, and the same command finishes when there is room.
 */
class FullDiskIT {
  @TempDir Path folder;

  private Path input;
  private Path small;
  private int processes;

  @BeforeEach
  void photographs() throws IOException {
    input = folder.resolve("input");
    Photos.copy(Photos.of(3, 8), input);
    small = Files.createDirectory(folder.resolve("small"));
  }

  private SmallDisk disk(String size) {
    try {
      return new SmallDisk(small, size);
    } catch (IOException e) {
      return Assumptions.abort("SKIPPED: " + e.getMessage());
    }
  }

  private String[] cluster(Path output) {
    return new String[] {
      "cluster",
      "--input",
      input.toString(),
      "--clusters",
      "3",
      "--method",
      "kmeans",
      "--kmeans-restarts",
      "2",
      "--output",
      output.toString()
    };
  }

  private Jvm nomen(
      SmallDisk disk,
      Map<String, String> environment,
      Map<String, String> settings,
      String... words) {
    return Jvm.start(
        folder.resolve("nomen-" + processes++),
        environment,
        disk.inside(),
        Jvm.nomen("1g", settings, words));
  }

  private static void assertOneSentence(Jvm process, String... parts) {
    assertThat(process.exitCode()).as(process.lastWords()).isEqualTo(3);
    assertThat(process.sentences()).as(process.err()).hasSize(1);
    assertThat(process.sentences().get(0)).contains(parts);
    assertThat(process.err().strip()).endsWith(process.sentences().get(0));
  }

  private static void assertDone(Jvm process) {
    assertThat(process.exitCode()).as(process.lastWords()).isZero();
  }

  @Test
  void an_output_that_fills_up() throws Exception {
    try (SmallDisk disk = disk("16k")) {
      String[] words = cluster(small.resolve("run"));
      for (String size : List.of("64k", "256k", "512k")) {
        assertOneSentence(nomen(disk, Map.of(), Map.of(), words), "there is no room left");
        disk.remount("size=" + size);
      }
      disk.remount("size=64m");
      assertDone(nomen(disk, Map.of(), Map.of(), words));
      assertThat(disk.seen("run/gallery/index.html")).isRegularFile();
    }
  }

  @Test
  void an_output_that_cannot_be_written() throws Exception {
    try (SmallDisk disk = disk("64m")) {
      disk.remount("ro");
      String[] words = cluster(small.resolve("run"));
      assertOneSentence(nomen(disk, Map.of(), Map.of(), words), "Read-only file system");
    }
  }

  @Test
  void a_cache_that_has_no_room_for_libtorch() throws Exception {
    try (SmallDisk disk = disk("40m")) {
      Map<String, String> cache = Map.of("NOMEN_CACHE_DIR", small.toString());
      String[] words = cluster(folder.resolve("run"));
      assertOneSentence(nomen(disk, cache, Map.of(), words), "500 MB");
      disk.remount("size=1g");
      assertDone(nomen(disk, cache, Map.of(), words));
      assertThat(disk.seen("djl/pytorch")).isDirectory();
    }
  }

  @Test
  void a_scratch_disk_of_sparks_that_is_full() throws Exception {
    try (SmallDisk disk = disk("16k")) {
      Map<String, String> scratch =
          Map.of("spark.local.dir", small.toString(), "spark.memory.fraction", "0.01");
      String[] words = cluster(folder.resolve("run"));
      assertOneSentence(nomen(disk, Map.of(), scratch, words), "spark.local.dir");
      disk.remount("size=64m");
      assertDone(nomen(disk, Map.of(), scratch, words));
    }
  }
}
