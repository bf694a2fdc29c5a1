package io.nomen.bench;

import static io.nomen.bench.EncodeEfficiency.bare;
import static io.nomen.bench.EncodeEfficiency.cpu;

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
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * What a second model costs beside the first, in one process and in turns: {@code SecondModelCost
 * FIRST SECOND IMAGES SCRATCH PRECISION ROUNDS SLOTS}. Prints CPU milliseconds an image of encode
 * jobs with the first model, with the second and with both, and of the second's bare forward pass.
 * The first ratio is what both cost beyond the first job, to the bare pass: 1 where nothing is done
 * twice. The second is both to the two jobs one after the other: below 1 by what is shared.
 */
public final class SecondModelCost {
  private SecondModelCost() {}

  public static void main(String[] arguments) throws Exception {
    Precision precision = Precision.parse(arguments[4]);
    int slots = Integer.parseInt(arguments[6]);
    Torch.start(1);
    Storage storage = new Storage(new Configuration());
    ClipCheckpoint second = ClipCheckpoint.open(storage, arguments[1]);
    SparkConf conf = new SparkConf().setAppName("bench").setMaster("local[" + slots + "]");
    conf.set("spark.ui.enabled", "false");
    try (JavaSparkContext spark = new JavaSparkContext(conf);
        ClipEncoder encoder =
            ClipEncoder.load(
                ArchiveCache.archives(second.model(), storage, precision),
                second.model(),
                TorchDevice.CPU)) {
      JobContext context = new JobContext(() -> spark, storage, Progress.SILENT);
      for (int round = 0; round <= Integer.parseInt(arguments[5]); round++) {
        double[] jobs = new double[3];
        long images = 0;
        for (int job = 0; job < jobs.length; job++) {
          RunFolder run = new RunFolder(storage, "%s/%d-%d".formatted(arguments[3], round, job));
          long began = cpu();
          EncodeJob.run(
              context,
              run,
              new EncodeOptions(
                  List.of(arguments[2]),
                  InventoryOptions.defaults(),
                  new ModelChoice(
                      job == 1 ? arguments[1] : arguments[0],
                      precision,
                      "cpu",
                      EncodeEfficiency.BATCH),
                  job == 2 ? Optional.of(arguments[1]) : Optional.empty(),
                  DecodeOptions.DEFAULT_PIXEL_LIMIT,
                  0,
                  false));
          jobs[job] = (cpu() - began) / 1e6;
          images = run.snapshot().table("embeddings").totalRows();
        }
        long began = cpu();
        bare(encoder, images, slots);
        double pass = (cpu() - began) / 1e6;
        // The first round warms all of them up.
        System.out.printf(
            Locale.ROOT,
            "round %d: %d images; CPU ms an image: first %.1f, second %.1f, both %.1f, the second's"
                + " pass %.1f; ratios %.3f and %.3f%n",
            round,
            images,
            jobs[0] / images,
            jobs[1] / images,
            jobs[2] / images,
            pass / images,
            (jobs[2] - jobs[0]) / pass,
            jobs[2] / (jobs[0] + jobs[1]));
      }
    }
  }
}
