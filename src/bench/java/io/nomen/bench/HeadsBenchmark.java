package io.nomen.bench;

import io.nomen.Progress;
import io.nomen.evaluate.Scores;
import io.nomen.exchange.NpyReader;
import io.nomen.heads.Checkpoints;
import io.nomen.heads.Distillation;
import io.nomen.heads.Trainer;
import io.nomen.heads.Trainer.EpochPreparation;
import io.nomen.heads.Trainer.TrainerSettings;
import io.nomen.heads.TrainingSet;
import io.nomen.neighbours.NeighbourLists;
import io.nomen.neighbours.Neighbours;
import io.nomen.neighbours.Neighbours.Search;
import io.nomen.store.Storage;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Neighbours and heads on the inputs that {@code bench/reference.py --save} writes, to be run in
 * the same minutes as the reference. Arguments: the folder with {@code image.npy} and {@code
 * text.npy}, K, epochs.
 */
public final class HeadsBenchmark {
  private static final int NEIGHBOURS = 50;

  private HeadsBenchmark() {}

  public static void main(String[] arguments) throws IOException {
    String folder = arguments[0];
    int clusters = Integer.parseInt(arguments[1]);
    int epochs = Integer.parseInt(arguments[2]);
    SparkConf conf =
        new SparkConf()
            .setAppName("heads benchmark")
            .setMaster("local[*]")
            .set("spark.ui.enabled", "false")
            .set("spark.driver.host", "127.0.0.1");
    try (JavaSparkContext spark = new JavaSparkContext(conf)) {
      Storage storage = new Storage(new Configuration());
      float[] image = read(storage, folder + "/image.npy");
      float[] text = read(storage, folder + "/text.npy");
      int width = image.length / rows(storage, folder);
      TrainingSet.View images = view(spark, "image", image, width);
      TrainingSet.View texts = view(spark, "text", text, width);
      Broadcast<TrainingSet> set = spark.broadcast(new TrainingSet(List.of(images, texts)));
      Distillation objective = new Distillation(width, width, clusters, 0.5, 5);
      TrainerSettings settings = TrainerSettings.of(epochs, 512, 1e-3, 0);
      long start = System.nanoTime();
      Trainer.Result result =
          new Trainer(spark, set, objective, settings, 1)
              .train(
                  objective.initial(0),
                  EpochPreparation.NONE,
                  Checkpoints.none(),
                  Progress.Step.SILENT);
      say("heads %.2f s, last epoch's loss %.4f", seconds(start), result.history().lastLoss());
      start = System.nanoTime();
      RowBlock assigned =
          result.head().probabilities(new RowBlock(0, image.length / width, width, image));
      say("labels of all rows %.2f s", seconds(start));
      say("NMI with the rows' directions %.2f", nmi(storage, folder, assigned));
    }
  }

  private static TrainingSet.View view(
      JavaSparkContext spark, String name, float[] values, int width) {
    RowBlocks rows = RowBlocks.of(spark, values, width);
    long start = System.nanoTime();
    try (NeighbourLists lists = Neighbours.find(spark, rows, NEIGHBOURS, new Search.Exact())) {
      TrainingSet.View view = TrainingSet.View.of(values, width, lists.collect(), lists.count());
      say("neighbours of %s %.2f s", name, seconds(start));
      return view;
    }
  }

  private static int rows(Storage storage, String folder) throws IOException {
    try (NpyReader reader = NpyReader.open(storage, folder + "/image.npy")) {
      return Math.toIntExact(reader.rows());
    }
  }

  private static float[] read(Storage storage, String uri) throws IOException {
    try (NpyReader reader = NpyReader.open(storage, uri)) {
      return reader.next(Math.toIntExact(reader.rows()));
    }
  }

  private static double nmi(Storage storage, String folder, RowBlock assigned) throws IOException {
    int[] clusters = new int[assigned.rows()];
    for (int i = 0; i < clusters.length; i++) {
      for (int k = 1; k < assigned.width(); k++) {
        if (assigned.values()[i * assigned.width() + k]
            > assigned.values()[i * assigned.width() + clusters[i]]) {
          clusters[i] = k;
        }
      }
    }
    try (NpyReader reader = NpyReader.open(storage, folder + "/labels.npy")) {
      return Scores.of(reader.ints(clusters.length), clusters).nmi();
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }
}
