package io.nomen.heads;

import io.nomen.tensor.TaskThreads;
import java.io.Serializable;
import java.util.SplittableRandom;

/**
 * What one shard does within one Spark task: consecutive steps of one epoch on its part of each
 * batch.
 *
 * @param tasks how many tasks run at once on this machine, to share its cores
 */
record ShardRun(
    Objective objective, TrainerSettings settings, int epoch, float[] prepared, int tasks)
    implements Serializable {

  /**
   * Where a shard got to.
   *
   * @param state after its last step
   * @param termSums sums of the steps' terms, weighted by rows
   * @param rows rows seen, over all steps
   * @param badStep first step whose loss is not a number, or −1
   */
  record Outcome(TrainingState state, double[] termSums, long rows, int badStep)
      implements Serializable {}

  /** Takes the steps {@code from} to {@code to} of the epoch with an optimiser of its own. */
  Outcome steps(TrainingSet set, TrainingState start, int shard, int from, int to) {
    return TaskThreads.share(tasks, () -> stepsAlone(set, start, shard, from, to));
  }

  /** What this shard's part of one batch adds to a mean over the batch. */
  GradientAccumulator sum(
      TrainingSet set,
      TrainingState state,
      int shard,
      int number,
      String method,
      float[]... arguments) {
    return TaskThreads.share(
        tasks,
        () -> {
          long[] batch = plan(set).draw(number, shard, settings.shards());
          try (GradientStep step = new GradientStep(objective, set, state, batch)) {
            return step.sum(method, arguments);
          }
        });
  }

  /** The seed of what step {@code number} draws beside its rows. */
  long seed(int number) {
    return new SplittableRandom(settings.seed() + 31L * epoch).nextLong() + number;
  }

  int batches(int rows) {
    return objective.stepsPerEpoch(rows, settings.batch());
  }

  private Outcome stepsAlone(TrainingSet set, TrainingState start, int shard, int from, int to) {
    BatchPlan plan = plan(set);
    TrainingState state = start.copy();
    double[] sums = new double[objective.terms().size()];
    long seen = 0;
    for (int number = from; number < to; number++) {
      long[] batch = plan.draw(number, shard, settings.shards());
      StepResult result;
      try (GradientStep step = new GradientStep(objective, set, state, batch)) {
        result = objective.step(state, seed(number), step, prepared);
      }
      if (!Float.isFinite(result.term(0))) {
        return new Outcome(state, sums, seen, number);
      }
      state.adopt(result);
      state = objective.adam().step(state, result.values(), settings.rate());
      int rows = rows(batch);
      for (int i = 0; i < sums.length; i++) {
        sums[i] += (double) result.term(i) * rows;
      }
      seen += rows;
    }
    return new Outcome(state, sums, seen, -1);
  }

  private BatchPlan plan(TrainingSet set) {
    return set.plan(objective, settings, epoch);
  }

  private int rows(long[] batch) {
    return batch.length / (1 + objective.views());
  }
}
