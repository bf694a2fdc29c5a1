package io.nomen.method;

import io.nomen.Progress;
import io.nomen.heads.Objective;
import io.nomen.heads.Replicas;
import io.nomen.heads.TrainedHead;
import io.nomen.heads.Trainer;
import io.nomen.heads.Trainer.EpochPreparation;
import io.nomen.heads.Trainer.TrainerSettings;
import io.nomen.heads.Trainer.TrainingHistory;
import io.nomen.heads.TrainingSet;
import io.nomen.heads.TrainingState;
import io.nomen.neighbours.NeighbourLists;
import io.nomen.tensor.RowBlocks;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
      EpochPreparation preparation) {
    TrainingSet rows = new TrainingSet(views);
    Broadcast<TrainingSet> set = spark.broadcast(rows);
    int atOnce = Math.max(1, spark.defaultParallelism() / settings.shards());
    long epochs = (long) settings.epochs() * replicas;
    try (Progress.Step step = input.progress().begin("training heads", epochs, "steps")) {
      Epochs done = new Epochs(step);
      return Replicas.train(
          replicas,
          atOnce,
          settings.seed(),
          seed ->
              new Trainer(
                      spark, set, objective, settings.withSeed(seed), Math.min(replicas, atOnce))
                  .train(start.apply(seed), preparation, input.checkpoints(), done.of(seed)));
    } finally {
      rows.close();
      set.destroy();
    }
  }

  /** What a head is trained on, and how its neighbours were searched. */
  record View(TrainingSet.View rows, NeighbourLists.Report search) {}

  /**
   * Finds neighbours and puts them beside features as a training set holds them.
   *
   * @param stage what progress calls the search
   * @param searched [N, d] unit rows
   * @param features [N, d] what is trained on
   * @param cells as in {@link MethodInput#neighbours}
   * @param usually how many neighbours the method takes where nothing else is wanted
   */
  static View view(
      MethodInput input,
      String stage,
      RowBlocks searched,
      RowBlocks features,
      int cells,
      int usually) {
    int count = input.options().training().neighbours().orElse(usually);
    try (NeighbourLists lists = input.neighbours(stage, searched, cells, count)) {
      TrainingSet.View rows =
          new TrainingSet.View(
              features.width(),
              TrainingSet.collectHalves(features),
              lists.collect(),
              lists.count());
      return new View(rows, lists.report());
    }
  }

  /** What came of training. */
  static Findings.Training findings(Replicas replicas) {
    TrainingHistory history = replicas.best().history();
    return new Findings.Training(
        history.lastLoss(), replicas.losses(), replicas.bestSeed(), history.epochs());
  }

  /** A model for each replica. */
  static List<FittedModel> models(Replicas replicas, Function<TrainedHead, FittedModel> model) {
    return replicas.heads().stream().map(model).toList();
  }

  /** Adds up what all trainings have done. */
  private static final class Epochs {
    private final Progress.Step all;
    private final Map<Long, Long> done = new HashMap<>();

    Epochs(Progress.Step all) {
      this.all = all;
    }

    Progress.Step of(long seed) {
      return epochs -> add(seed, epochs);
    }

    private synchronized void add(long seed, long epochs) {
      done.put(seed, epochs);
      all.done(done.values().stream().mapToLong(Long::longValue).sum());
    }
  }
}
