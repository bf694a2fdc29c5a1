package io.nomen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.cluster.StageTrouble.Kind;
import io.nomen.testing.Photos;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes with too little memory say so in one sentence and exit with 3; and what a job takes
 * does not grow with its images.
 */
class LittleMemoryIT {
  private static final int MOST_IMAGES = 1_000_000;

  /** Spark refuses to start with less than it thinks it needs. */
  private static final Map<String, String> LITTLE = Map.of("spark.testing.memory", "1000000000");

  @TempDir Path folder;

  private Path input;
  private int processes;

  @BeforeEach
  void photographs() throws IOException {
    input = folder.resolve("input");
    Photos.copy(Photos.of(2, 6), input);
  }

  private String[] encode(Path images, String... more) {
    List<String> words = new ArrayList<>(List.of("encode", "--input", images.toString()));
    words.addAll(List.of("--output", folder.resolve("out").toString()));
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }

  /** The heap has its size from the beginning: what grows then is something else. */
  private Jvm nomen(String heap, String... words) {
    return start(heap, Jvm.nomen(heap, LITTLE, words));
  }

  private Jvm start(String heap, List<String> program) {
    List<String> arguments = new ArrayList<>(List.of("-Xms" + heap, "-XX:+AlwaysPreTouch"));
    arguments.addAll(program);
    return Jvm.start(folder.resolve("nomen-" + processes++), Map.of(), arguments);
  }

  private static void assertOneSentence(Jvm process, String... parts) {
    assertThat(process.exitCode()).as(process.lastWords()).isEqualTo(3);
    assertThat(process.sentences()).as(process.err()).hasSize(1);
    assertThat(process.sentences().get(0)).contains(parts);
  }

  @Test
  void a_heap_that_is_too_small_for_the_driver() {
    try (Jvm process = nomen("32m", encode(input))) {
      assertOneSentence(process, "Memory ran out", "--driver-memory");
    }
  }

  @Test
  void a_batch_that_a_task_has_no_memory_for() {
    try (Jvm tooLarge = nomen("512m", encode(input, "--batch-size", "22000"))) {
      assertOneSentence(tooLarge, "Memory ran out", "--batch-size");
    }
    try (Jvm again = nomen("512m", encode(input))) {
      assertThat(again.exitCode()).as(again.lastWords()).isZero();
    }
  }

  @Test
  @Tag("cluster")
  void executors_that_are_killed_over_one_task_again_and_again() throws Exception {
    LocalCluster cluster = new LocalCluster("memory", Map.of());
    // A container that takes more than it was given is killed so.
    Map<String, String> trouble =
        StageTrouble.settings(Kind.KILL_EVERY_EXECUTOR, List.of("EncodeStage"));
    try (Submission job = cluster.submit(trouble, encode(input))) {
      assertOneSentence(job.driver(), "Executors were lost", "code 137", "memoryOverhead");
      assertThat(job.executorsRemoved()).isGreaterThanOrEqualTo(4);
    } finally {
      cluster.close();
    }
  }

  /** Shards of {@code images} members in all, few of which are photographs. */
  private Path shards(int images) throws IOException {
    Path shards = Files.createDirectories(folder.resolve("shards-" + images));
    byte[] photo = Photos.small(Photos.of(1, 1).get(0));
    byte[] none = "no picture".getBytes(StandardCharsets.UTF_8);
    for (int shard = 0; shard < 2; shard++) {
      try (OutputStream out = Files.newOutputStream(shards.resolve(shard + ".tar"));
          TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
        for (int i = 0; i < images / 2; i++) {
          byte[] content = i % 1000 == 0 ? photo : none;
          TarArchiveEntry entry = new TarArchiveEntry("%07d.jpg".formatted(i));
          entry.setSize(content.length);
          tar.putArchiveEntry(entry);
          tar.write(content);
          tar.closeArchiveEntry();
        }
      }
    }
    return shards;
  }

  /** Bytes of memory that encoding {@code images} took at most, heap and native together. */
  private long peak(int images) throws IOException {
    String[] words = encode(shards(images), "--max-bad-fraction", "1", "--batch-size", "16");
    try (Jvm process = nomen("256m", words)) {
      long peak = 0;
      while (process.alive()) {
        peak = Math.max(peak, highWater(process.handle()));
        Jvm.pause(50);
      }
      assertThat(process.exitCode()).as(process.lastWords()).isZero();
      assertThat(process.out()).contains("\"listed\":" + images);
      return peak;
    }
  }

  private static long highWater(ProcessHandle process) {
    try {
      return Again.memory(process, "VmHWM");
    } catch (IOException e) {
      // It has just ended.
      return 0;
    }
  }

  @Test
  @Tag("cluster")
  void a_hundred_times_as_many_images_take_no_more_memory() throws Exception {
    long few = peak(MOST_IMAGES / 100);
    long many = peak(MOST_IMAGES);
    System.out.printf("peak memory: %d MB, %d MB%n", few >> 20, many >> 20);
    assertThat(many).isLessThan(few + (100L << 20));
  }

  @Test
  @Tag("cluster")
  void stages_that_are_done_leave_nothing_native_behind() throws IOException {
    Path images = folder.resolve("images");
    Photos.copy(Photos.of(10, 20), images);
    String[] words = {
      "6",
      "cluster",
      "--input",
      images.toString(),
      "--clusters",
      "10",
      "--method",
      "tac",
      "--semantic-centres",
      "12",
      "--epochs",
      "20",
      "--resume",
      "never",
      "--output",
      folder.resolve("run").toString()
    };
    try (Jvm process = start("512m", Jvm.program("512m", LITTLE, Again.class.getName(), words))) {
      assertThat(process.exitCode()).as(process.lastWords()).isZero();
      List<Long> memory = process.out().lines().map(Long::valueOf).toList();
      System.out.printf("memory after each run: %s%n", memory);
      assertThat(memory).hasSize(6);
      assertThat(memory.get(5)).isLessThan(memory.get(1) + (100L << 20));
    }
  }
}
