package io.nomen.bench;

import io.nomen.Progress;
import io.nomen.clip.ArchiveCache;
import io.nomen.clip.ClipCheckpoint;
import io.nomen.clip.ClipEncoder;
import io.nomen.clip.Tokenizer;
import io.nomen.encode.ModelChoice;
import io.nomen.job.VocabularyJob;
import io.nomen.job.VocabularyJob.VocabularyChoice;
import io.nomen.run.JobContext;
import io.nomen.run.RunFolder;
import io.nomen.store.Storage;
import io.nomen.tensor.Precision;
import io.nomen.tensor.Torch;
import io.nomen.tensor.TorchDevice;
import io.nomen.vocabulary.Prompts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * The whole vocabulary job beside the bare text tower on the same prompts, sorted by length, with
 * as many threads, in one process and in turns: {@code VocabularyEfficiency CHECKPOINT NOUNS.txt
 * SCRATCH ROUNDS SLOTS}. Prints prompts per second of both and their ratio for each round.
 */
public final class VocabularyEfficiency {
  private static final int BATCH = 64;

  private VocabularyEfficiency() {}

  public static void main(String[] arguments) throws Exception {
    int slots = Integer.parseInt(arguments[4]);
    Torch.start(1);
    Storage storage = new Storage(new Configuration());
    ClipCheckpoint checkpoint = ClipCheckpoint.open(storage, arguments[0]);
    List<List<int[]>> batches = batches(checkpoint.tokenizer(), Path.of(arguments[1]));
    long prompts = batches.stream().mapToLong(List::size).sum();
    SparkConf conf = new SparkConf().setAppName("bench").setMaster("local[" + slots + "]");
    conf.set("spark.ui.enabled", "false");
    try (JavaSparkContext spark = new JavaSparkContext(conf);
        ClipEncoder encoder =
            ClipEncoder.load(
                ArchiveCache.archives(checkpoint.model(), storage, Precision.FP32),
                checkpoint.model(),
                TorchDevice.CPU)) {
      JobContext context = new JobContext(() -> spark, storage, Progress.SILENT);
      for (int round = 0; round <= Integer.parseInt(arguments[3]); round++) {
        long began = System.nanoTime();
        Map<String, Object> result =
            VocabularyJob.run(
                context,
                new RunFolder(storage, arguments[2] + "/round-" + round),
                new VocabularyChoice(arguments[1], List.of(), Optional.empty(), false),
                new ModelChoice(arguments[0], Precision.FP32, "cpu", BATCH));
        double whole = (System.nanoTime() - began) / 1e9;
        double bare =
            SideBySide.seconds(
                batches.size(), slots, batch -> encoder.encodeTexts(batches.get(batch)));
        // The first round warms both sides up.
        System.out.printf(
            Locale.ROOT,
            "round %d: %s nouns, %d prompts, whole %.1f/s, bare %.1f/s, ratio %.3f%n",
            round,
            result.get("nouns"),
            prompts,
            prompts / whole,
            prompts / bare,
            bare / whole);
      }
    }
  }

  /** All prompts as tokens, in batches of nearly one length. */
  private static List<List<int[]>> batches(Tokenizer tokenizer, Path nouns) throws Exception {
    List<int[]> prompts = new ArrayList<>();
    for (String noun : Files.readAllLines(nouns)) {
      Prompts.TAC.of(noun).forEach(prompt -> prompts.add(tokenizer.encode(prompt)));
    }
    prompts.sort(Comparator.comparingInt(tokens -> tokens.length));
    return IntStream.iterate(0, from -> from < prompts.size(), from -> from + BATCH)
        .mapToObj(from -> prompts.subList(from, Math.min(prompts.size(), from + BATCH)))
        .toList();
  }
}
