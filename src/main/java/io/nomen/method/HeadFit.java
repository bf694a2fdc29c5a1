package io.nomen.method;

import io.nomen.heads.Anchors;
import io.nomen.heads.HalfTable;
import io.nomen.heads.Objective;
import io.nomen.heads.Replicas;
import io.nomen.heads.TrainedHead;
import io.nomen.heads.Trainer;
import io.nomen.heads.TrainerSettings;
import io.nomen.heads.TrainingProgress;
import io.nomen.heads.TrainingSet;
import io.nomen.heads.TrainingState;
import io.nomen.neighbours.NeighbourLists;
import io.nomen.tensor.RowBlocks;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** Trains the heads of a method: broadcasts what they are trained on, and frees it afterwards. */
final class HeadFit {
  private final MethodInput input;
  private final JavaSparkContext spark;
  private final int replicas;

  /**
   * Trainings for {@code input}.
   *
   * @param usually how many replicas the method takes where nothing else is wanted
   */
  HeadFit(MethodInput input, int usually) {
    this.input = input;
    this.replicas = input.options().training().replicas().orElse(usually);
    this.spark = JavaSparkContext.fromSparkContext(input.embeddings().blocks().context());
  }

  /**
   * One training per replica, side by side; the lowest loss counts.
   *
   * @param views what is trained on, one entry per view of the objective
   * @param start the state that a seed begins with
   */
  Replicas run(
      List<TrainingSet.View> views,
      Objective objective,
      TrainerSettings settings,
      LongFunction<TrainingState> start,
      Anchors anchors) {
    TrainingSet rows = new TrainingSet(views);
    Broadcast<TrainingSet> set = spark.broadcast(rows);
    int atOnce = Math.max(1, spark.defaultParallelism() / settings.shards());
    TrainingProgress progress = progress();
    try {
      return Replicas.train(
          replicas,
          atOnce,
          settings.seed(),
          seed ->
              new Trainer(
                      spark, set, objective, settings.withSeed(seed), Math.min(replicas, atOnce))
                  .train(start.apply(seed), anchors, input.checkpoints(), progress));
    } finally {
      rows.close();
      set.destroy();
    }
  }

  /** Features and neighbours as a training set holds them. */
  static TrainingSet.View view(RowBlocks features, NeighbourLists lists) {
    return new TrainingSet.View(
        features.width(), HalfTable.collect(features), lists.collect(), lists.count());
  }

  /** What {@code run.json} tells of a training. */
  static Map<String, Object> quality(Replicas replicas) {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("loss", replicas.best().history().lastLoss());
    told.put("replica_losses", replicas.losses());
    told.put("replica_seed", replicas.bestSeed());
    told.put("epochs", replicas.best().history().epochs());
    return told;
  }

  /** A model for each replica. */
  static List<FittedModel> models(Replicas replicas, Function<TrainedHead, FittedModel> model) {
    return replicas.heads().stream().map(model).toList();
  }

  private TrainingProgress progress() {
    Map<Long, Integer> epochs = new TreeMap<>();
    return (seed, done, total) -> {
      synchronized (epochs) {
        epochs.put(seed, done);
        long sum = epochs.values().stream().mapToLong(Integer::longValue).sum();
        input.progress().at("training heads", sum, (long) total * replicas);
      }
    };
  }
}
