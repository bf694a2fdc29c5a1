package io.nomen.heads;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.nomen.heads.Objective.StepResult;
import io.nomen.heads.Trainer.TrainerSettings;
import io.nomen.heads.TrainingSet.BatchPlan;
import io.nomen.tensor.NativeFloats;
import io.nomen.tensor.TaskThreads;
import io.nomen.tensor.Torch;
import io.nomen.tensor.TorchScript;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;

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
  record ShardOutcome(TrainingState state, double[] termSums, long rows, int badStep)
      implements Serializable {}

  /** Takes the steps {@code from} to {@code to} of the epoch with an optimiser of its own. */
  ShardOutcome steps(TrainingSet set, TrainingState start, int shard, int from, int to) {
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
          try (GradientStep step = new GradientStep(objective, set, state, batch, tasks)) {
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

  private ShardOutcome stepsAlone(
      TrainingSet set, TrainingState start, int shard, int from, int to) {
    BatchPlan plan = plan(set);
    TrainingState state = start.copy();
    double[] sums = new double[objective.terms().size()];
    long seen = 0;
    for (int number = from; number < to; number++) {
      long[] batch = plan.draw(number, shard, settings.shards());
      if (batch.length == 0) {
        // The last batch of a pass may have fewer rows than there are shards.
        continue;
      }
      StepResult result;
      try (GradientStep step = new GradientStep(objective, set, state, batch, tasks)) {
        result = objective.step(state, seed(number), step, prepared);
      }
      if (!Float.isFinite(result.term(0))) {
        return new ShardOutcome(state, sums, seen, number);
      }
      state.adopt(result);
      state = objective.adam().step(state, result.values(), settings.rate());
      int rows = rows(batch);
      for (int i = 0; i < sums.length; i++) {
        sums[i] += (double) result.term(i) * rows;
      }
      seen += rows;
    }
    return new ShardOutcome(state, sums, seen, -1);
  }

  private BatchPlan plan(TrainingSet set) {
    return set.plan(objective, settings, epoch);
  }

  private int rows(long[] batch) {
    return batch.length / (1 + objective.views());
  }

  /**
   * One step's means over a shard's part of one batch, through libtorch. Not for several threads.
   *
   * <p>What the rows give by themselves stays in native memory until the step is closed.
   */
  static final class GradientStep implements Objective.BatchMeans, AutoCloseable {
    private final Objective objective;
    private final TorchScript script;
    private final NDManager scope = Torch.newScope();
    private final int tasks;
    private final List<Part> parts;

    private record Part(NDArray[] rows, int count) {}

    /**
     * Brings the rows.
     *
     * @param state parameters of the step; nothing in it is changed
     * @param batch [1 + views, n]: rows, then a neighbour of each in every view
     * @param tasks how many tasks run at once on this machine
     */
    GradientStep(
        Objective objective, TrainingSet set, TrainingState state, long[] batch, int tasks) {
      this.objective = objective;
      this.tasks = tasks;
      this.script = TorchScript.of(objective.script());
      this.parts = each(cut(batch), part -> part(set, state, part));
    }

    /** The batch in parts of rows that are worked on at once. */
    private List<long[]> cut(long[] batch) {
      int lists = 1 + objective.views();
      int rows = batch.length / lists;
      int atOnce = objective.rowsAtOnce() == 0 ? rows : objective.rowsAtOnce();
      List<long[]> cut = new ArrayList<>();
      for (int from = 0; from < rows; from += atOnce) {
        int count = Math.min(rows - from, atOnce);
        long[] part = new long[lists * count];
        for (int list = 0; list < lists; list++) {
          System.arraycopy(batch, list * rows + from, part, list * count, count);
        }
        cut.add(part);
      }
      return cut;
    }

    /** Parts side by side; what cannot be parted has all cores for itself. */
    private <P, T> List<T> each(List<P> all, Function<P, T> work) {
      return objective.rowsAtOnce() == 0
          ? all.stream().map(work).toList()
          : TaskThreads.sideBySide(tasks, all, work);
    }

    private Part part(TrainingSet set, TrainingState state, long[] batch) {
      int lists = 1 + objective.views();
      int count = batch.length / lists;
      List<NDArray> views = set.tensors();
      NDArray[] rows = {
        views.get(0), views.get(views.size() - 1), NativeFloats.of(scope, batch, lists, count)
      };
      if (!objective.prepares()) {
        return new Part(rows, count);
      }
      try (NDManager call = scope.newSubManager()) {
        NDArray[] inputs = Arrays.copyOf(rows, 4);
        inputs[3] = NativeFloats.of(call, state.parameters(), state.parameters().length);
        return new Part(script.run(scope, "prepare", inputs).toArray(NDArray[]::new), count);
      }
    }

    /** The mean over all rows of this shard's part. */
    @Override
    public float[] of(String method, float[]... arguments) {
      return parts.size() == 1 && objective.rowsAtOnce() == 0
          ? run(parts.get(0), method, arguments)
          : sum(method, arguments).mean();
    }

    /** The same as a sum with its weight, to be merged with other shards'. */
    GradientAccumulator sum(String method, float[]... arguments) {
      List<float[]> found = each(parts, part -> run(part, method, arguments));
      GradientAccumulator sum = new GradientAccumulator();
      for (int i = 0; i < found.size(); i++) {
        sum.add(found.get(i), parts.get(i).count());
      }
      return sum;
    }

    private float[] run(Part part, String method, float[]... arguments) {
      try (NDManager call = scope.newSubManager()) {
        int rows = part.rows().length;
        NDArray[] inputs = Arrays.copyOf(part.rows(), rows + arguments.length);
        for (int i = 0; i < arguments.length; i++) {
          inputs[rows + i] = NativeFloats.of(call, arguments[i], arguments[i].length);
        }
        NDList result = script.run(call, method, inputs);
        float[] values = new float[Math.toIntExact(result.head().size())];
        NativeFloats.read(result.head(), 0, values, values.length);
        return values;
      }
    }

    @Override
    public void close() {
      scope.close();
    }
  }
}
