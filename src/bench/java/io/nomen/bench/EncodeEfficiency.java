package io.nomen.bench;

import com.sun.management.OperatingSystemMXBean;
import io.nomen.Progress;
import io.nomen.clip.ArchiveCache;
import io.nomen.clip.ClipCheckpoint;
import io.nomen.clip.ClipEncoder;
import io.nomen.encode.EncodeStage.EncodeOptions;
import io.nomen.encode.ModelChoice;
import io.nomen.image.ImageDecoder.DecodeOptions;
import io.nomen.image.Inventory.InventoryOptions;
import io.nomen.job.EncodeJob;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.store.Storage;
import io.nomen.tensor.Precision;
import io.nomen.tensor.Torch;
import io.nomen.tensor.TorchDevice;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * The whole encode job beside the bare forward pass of the same archive on as many images, with as
 * many threads, in one process and in turns: {@code EncodeEfficiency CHECKPOINT IMAGES SCRATCH
 * PRECISION ROUNDS SLOTS}. Prints images per second of both and their ratio for each round, the
 * same for CPU seconds (which other work on the machine disturbs less), and the process's peak
 * memory.
 */
public final class EncodeEfficiency {
  static final int BATCH = 32;

  private EncodeEfficiency() {}

  public static void main(String[] arguments) throws Exception {
    Precision precision = Precision.parse(arguments[3]);
    int slots = Integer.parseInt(arguments[5]);
    Torch.start(1);
    Storage storage = new Storage(new Configuration());
    ClipCheckpoint checkpoint = ClipCheckpoint.open(storage, arguments[0]);
    SparkConf conf = new SparkConf().setAppName("bench").setMaster("local[" + slots + "]");
    conf.set("spark.ui.enabled", "false");
    try (JavaSparkContext spark = new JavaSparkContext(conf);
        ClipEncoder encoder =
            ClipEncoder.load(
                ArchiveCache.archives(checkpoint.model(), storage, precision),
                checkpoint.model(),
                TorchDevice.CPU)) {
      JobContext context = new JobContext(() -> spark, storage, Progress.SILENT);
      for (int round = 0; round <= Integer.parseInt(arguments[4]); round++) {
        String output = arguments[2] + "/round-" + round;
        long images = 0;
        long began = System.nanoTime();
        long cpuBegan = cpu();
        Map<String, Object> result =
            EncodeJob.run(
                context,
                new RunFolder(storage, output),
                new EncodeOptions(
                    List.of(arguments[1]),
                    InventoryOptions.defaults(),
                    new ModelChoice(arguments[0], precision, "cpu", BATCH),
                    Optional.empty(),
                    DecodeOptions.DEFAULT_PIXEL_LIMIT,
                    0,
                    false));
        double whole = (System.nanoTime() - began) / 1e9;
        double wholeCpu = (cpu() - cpuBegan) / 1e9;
        images = embedded(storage, output);
        cpuBegan = cpu();
        double bare = bare(encoder, images, slots);
        double bareCpu = (cpu() - cpuBegan) / 1e9;
        // The first round warms both sides up.
        System.out.printf(
            Locale.ROOT,
            "%s round %d: %d images, whole %.1f/s, bare %.1f/s, ratio %.3f; CPU ms an image %.1f"
                + " and %.1f, ratio %.3f; %s%n",
            precision.word(),
            round,
            images,
            images / whole,
            images / bare,
            bare / whole,
            1000 * wholeCpu / images,
            1000 * bareCpu / images,
            bareCpu / wholeCpu,
            peak());
        if (result.isEmpty()) {
          throw new IllegalStateException("the job told nothing");
        }
      }
    }
  }

  private static long embedded(Storage storage, String output) {
    return new RunFolder(storage, output).snapshot().table("embeddings").totalRows();
  }

  /** Seconds of the forward passes alone, from as many threads as the job has slots. */
  static double bare(ClipEncoder encoder, long images, int slots) throws Exception {
    byte[] noise = new byte[BATCH * encoder.model().vision().imageBytes()];
    new Random(1).nextBytes(noise);
    int batches = Math.toIntExact((images + BATCH - 1) / BATCH);
    ByteBuffer pixels = ByteBuffer.allocateDirect(noise.length).put(noise).flip();
    double seconds =
        SideBySide.seconds(
            batches, slots, batch -> encoder.encodeImages(pixels.duplicate(), BATCH));
    return seconds * images / ((double) batches * BATCH);
  }

  /** CPU nanoseconds of this process so far. */
  static long cpu() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static String peak() throws Exception {
    try (var lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines.filter(line -> line.startsWith("VmHWM")).findFirst().orElse("unknown").strip();
    }
  }
}
