package io.nomen.heads;

import io.nomen.NomenException;
import io.nomen.Progress;
import io.nomen.heads.Objective.StepResult;
import io.nomen.heads.Trainer.TrainingHistory.Epoch;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Minimises an objective over a broadcast training set, on Spark.
 *
 * <p>With one shard an epoch is one task that takes all its steps: a Spark job costs more than a
 * step. With several, every shard works on its part of each batch; after one local step gradients
 * are summed and the driver's optimiser steps, after several the shards' own states are averaged.
 * BatchNorm and the losses' sums over a batch then see a part of it, which is another optimisation
 * than one shard's (but for losses that are sums over rows, {@link Objective#rowsAtOnce}): one
 * shard and several replicas use a cluster as well and are the papers' training, so that is the
 * default.
 *
 * <p>The state is written after every epoch; a training that finds its own checkpoint goes on from
 * there and ends with the same numbers.
 */
public final class Trainer {
  private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);
  private static final int TREE_DEPTH = 2;

  private final JavaSparkContext spark;
  private final Broadcast<TrainingSet> set;
  private final Objective objective;
  private final TrainerSettings settings;
  private final int tasks;

  /**
   * Prepares a training.
   *
   * @param replicas how many trainings run at once beside this one and including it
   */
  public Trainer(
      JavaSparkContext spark,
      Broadcast<TrainingSet> set,
      Objective objective,
      TrainerSettings settings,
      int replicas) {
    this.spark = spark;
    this.set = set;
    this.objective = objective;
    this.settings = settings;
    this.tasks = settings.shards() * replicas;
  }

  /** What a training ends with. */
  public record Result(TrainedHead head, TrainingHistory history, TrainingState state) {}

  /**
   * Trains, or goes on from the checkpoint of such a training.
   *
   * @param start the state to begin with
   * @param progress told how many epochs are done
   * @throws NomenException when the loss is not a number
   */
  public Result train(
      TrainingState start,
      EpochPreparation preparation,
      Checkpoints place,
      Progress.Step progress) {
    Checkpoints checkpoints = place.of(objective + " " + settings);
    Checkpoints.Saved saved =
        checkpoints
            .latest(settings.seed())
            .orElse(new Checkpoints.Saved(start, TrainingHistory.empty()));
    TrainingState state = saved.state();
    TrainingHistory history = saved.history();
    for (int epoch = history.epochs().size();
        epoch < settings.epochs() && !history.settled(settings.tolerance());
        epoch++) {
      progress.done(epoch);
      float[] prepared = preparation.before(epoch + 1, objective.head(state));
      ShardRun run = new ShardRun(objective, settings, epoch, prepared, tasks);
      Outcome outcome =
          settings.shards() == 1 ? alone(run, state) : together(run, state, settings.localSteps());
      state = outcome.state();
      history = history.and(new Epoch(epoch + 1, outcome.terms()));
      LOG.debug("seed {} epoch {}: {}", settings.seed(), epoch + 1, outcome.terms());
      checkpoints.save(settings.seed(), state, history);
    }
    progress.done(settings.epochs());
    return new Result(objective.head(state), history, state);
  }

  private record Outcome(TrainingState state, Map<String, Double> terms) {}

  private Outcome alone(ShardRun run, TrainingState state) {
    Broadcast<TrainingSet> rows = set;
    int batches = run.batches(rows.value().rows());
    ShardRun.ShardOutcome outcome =
        sharing(
            state,
            begin ->
                shards()
                    .map(shard -> run.steps(rows.value(), begin.value(), shard, 0, batches))
                    .first());
    requireNumbers(run, outcome.badStep());
    return new Outcome(outcome.state(), terms(outcome.termSums(), outcome.rows()));
  }

  private Outcome together(ShardRun run, TrainingState begin, int localSteps) {
    int batches = run.batches(set.value().rows());
    // Where shards give the same steps as one does, none takes steps of its own.
    int local = objective.rowsAtOnce() == 0 ? localSteps : 1;
    TrainingState state = begin.copy();
    double[] sums = new double[objective.terms().size()];
    long rows = 0;
    for (int from = 0; from < batches; from += local) {
      int to = Math.min(batches, from + local);
      Round round = local == 1 ? summed(run, state, from) : averaged(run, state, from, to);
      state = round.state();
      rows += round.rows();
      for (int i = 0; i < sums.length; i++) {
        sums[i] += round.termSums()[i];
      }
    }
    return new Outcome(state, terms(sums, rows));
  }

  private record Round(TrainingState state, double[] termSums, long rows) {}

  /** One step of the driver's optimiser with the gradients of all shards. */
  private Round summed(ShardRun run, TrainingState state, int number) {
    long[] weight = new long[1];
    StepResult mean =
        objective.step(
            state,
            run.seed(number),
            (method, arguments) -> {
              GradientAccumulator sum = sum(run, state, number, method, arguments);
              weight[0] = sum.weight();
              return sum.mean();
            },
            run.prepared());
    requireNumbers(run, Float.isFinite(mean.term(0)) ? -1 : number);
    state.adopt(mean);
    TrainingState next = objective.adam().step(state, mean.values(), settings.rate());
    double[] termSums = new double[objective.terms().size()];
    for (int i = 0; i < termSums.length; i++) {
      termSums[i] = (double) mean.term(i) * weight[0];
    }
    return new Round(next, termSums, weight[0]);
  }

  private GradientAccumulator sum(
      ShardRun run, TrainingState state, int number, String method, float[]... arguments) {
    Broadcast<TrainingSet> rows = set;
    return sharing(
        new Request(state, arguments),
        shared ->
            shards()
                .treeAggregate(
                    new GradientAccumulator(),
                    (sum, shard) ->
                        sum.merge(
                            run.sum(
                                rows.value(),
                                shared.value().state(),
                                shard,
                                number,
                                method,
                                shared.value().arguments())),
                    GradientAccumulator::merge,
                    TREE_DEPTH));
  }

  /** What the shards need to know of a step. */
  private record Request(TrainingState state, float[][] arguments) implements Serializable {}

  /** Several steps of every shard's own optimiser, and the mean of where they got to. */
  private Round averaged(ShardRun run, TrainingState state, int from, int to) {
    Broadcast<TrainingSet> rows = set;
    List<ShardRun.ShardOutcome> outcomes =
        sharing(
            state,
            begin ->
                shards()
                    .map(shard -> run.steps(rows.value(), begin.value(), shard, from, to))
                    .collect());
    GradientAccumulator sum = new GradientAccumulator();
    double[] termSums = new double[objective.terms().size()];
    for (ShardRun.ShardOutcome outcome : outcomes) {
      requireNumbers(run, outcome.badStep());
      sum.add(outcome.state().joined(), Math.toIntExact(outcome.rows()));
      for (int i = 0; i < termSums.length; i++) {
        termSums[i] += outcome.termSums()[i];
      }
    }
    TrainingState mean =
        TrainingState.split(sum.mean(), objective.parameters(), state.steps() + to - from);
    return new Round(mean, termSums, sum.weight());
  }

  /** A state is megabytes: too much for a task's own description. */
  private <S, T> T sharing(S state, Function<Broadcast<S>, T> work) {
    Broadcast<S> shared = spark.broadcast(state);
    try {
      return work.apply(shared);
    } finally {
      shared.destroy();
    }
  }

  private JavaRDD<Integer> shards() {
    int count = settings.shards();
    return spark.parallelize(IntStream.range(0, count).boxed().toList(), count);
  }

  private Map<String, Double> terms(double[] sums, long rows) {
    Map<String, Double> terms = new LinkedHashMap<>();
    for (int i = 0; i < sums.length; i++) {
      terms.put(objective.terms().get(i), sums[i] / rows);
    }
    return terms;
  }

  private static void requireNumbers(ShardRun run, int badStep) {
    if (badStep >= 0) {
      throw NomenException.input(
          ("The loss is not a number in epoch %d, step %d; look for embeddings that are not finite,"
                  + " or train with a larger --train-batch, fewer --shards or another --seed.")
              .formatted(run.epoch() + 1, badStep + 1));
    }
  }

  /** What an objective wants to know anew before every epoch; called on the driver. */
  @FunctionalInterface
  public interface EpochPreparation {
    /** For objectives that want nothing. */
    EpochPreparation NONE = (epoch, head) -> new float[0];

    /**
     * Prepares an epoch.
     *
     * @param epoch its number, from 1
     * @param head the image head as it is
     * @return rows as wide as the objective's first view, row-major
     */
    float[] before(int epoch, TrainedHead head);
  }

  /**
   * How an objective is minimised.
   *
   * @param epochs how often all rows are gone through, at most
   * @param tolerance training ends after an epoch that lowers the loss by less than this share of
   *     it; with 0 it never ends early
   * @param batch rows per step, over all shards together; N where N is less
   * @param rate Adam's step size
   * @param shards parts of each batch that are worked on side by side; BatchNorm and the loss see a
   *     shard's own part
   * @param localSteps optimiser steps that a shard takes alone before states are averaged; 1 sums
   *     gradients at every step. With one shard the result is the same for every value
   * @param seed of first parameters, order and neighbours
   */
  public record TrainerSettings(
      int epochs, double tolerance, int batch, double rate, int shards, int localSteps, long seed)
      implements Serializable {

    public TrainerSettings {
      require(epochs, "--epochs");
      require(batch, "--train-batch");
      require(shards, "--shards");
      require(localSteps, "--local-steps");
    }

    /** One shard: what the papers do. */
    public static TrainerSettings of(int epochs, int batch, double rate, long seed) {
      return new TrainerSettings(epochs, 0, batch, rate, 1, 1, seed);
    }

    /** The same with another {@code seed}. */
    public TrainerSettings withSeed(long other) {
      return new TrainerSettings(epochs, tolerance, batch, rate, shards, localSteps, other);
    }

    private static void require(int value, String option) {
      if (value < 1) {
        throw NomenException.usage("%s is %d; give a number from 1.".formatted(option, value));
      }
    }
  }

  /**
   * How training went, for the run's record and its curves.
   *
   * @param epochs one entry per epoch gone through
   */
  public record TrainingHistory(List<Epoch> epochs) {

    /**
     * Means over the steps of one epoch.
     *
     * @param epoch its number, from 1
     * @param terms the loss, what it is made of, and label-free quantities, by the names of {@link
     *     Objective#terms()}
     */
    public record Epoch(int epoch, Map<String, Double> terms) {}

    public TrainingHistory {
      epochs = List.copyOf(epochs);
    }

    static TrainingHistory empty() {
      return new TrainingHistory(List.of());
    }

    TrainingHistory and(Epoch epoch) {
      List<Epoch> longer = new ArrayList<>(epochs);
      longer.add(epoch);
      return new TrainingHistory(longer);
    }

    /** The mean loss of the last epoch: what replicas are compared by. */
    public double lastLoss() {
      return loss(epochs.size());
    }

    /** Whether the last epoch lowered the loss by less than {@code tolerance} of it. */
    boolean settled(double tolerance) {
      int last = epochs.size();
      return tolerance > 0
          && last > 1
          && loss(last - 1) - loss(last) < tolerance * Math.abs(loss(last));
    }

    private double loss(int epoch) {
      return epochs.get(epoch - 1).terms().get("loss");
    }
  }
}
