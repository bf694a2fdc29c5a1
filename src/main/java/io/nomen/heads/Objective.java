package io.nomen.heads;

import io.nomen.heads.TrainingSet.BatchPlan;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * What training minimises: one or two heads, a loss over a batch, and its gradient.
 *
 * <p>Loss and gradient are one TorchScript method, so that a step crosses into libtorch once. The
 * gradient is written out by hand: DJL runs scripts in inference mode, where autograd is off, and
 * without its graph a step is also a third faster. The tests hold it against finite differences.
 */
public sealed interface Objective extends Serializable
    permits Distillation, SemanticConsistency, WidestMargin {

  /** The head that labels images; its parameters and statistics come first in the flat arrays. */
  HeadShape imageHead();

  /** How many parameters all heads have together. */
  int parameters();

  /** How many running estimates all heads have together. */
  int statistics();

  /** How many tables of features, each with its own neighbours, a step draws from. */
  int views();

  /** Names of the numbers that a step reports beside the gradient; the first is {@code loss}. */
  List<String> terms();

  /** Whether the last batch of an epoch, which has fewer rows than the others, is left out. */
  boolean dropsPartialBatch();

  /** The optimiser. */
  default Adam adam() {
    return Adam.PAPERS;
  }

  /** How many steps an epoch has, with {@code rows} rows in batches of {@code batch}. */
  default int stepsPerEpoch(int rows, int batch) {
    return BatchPlan.batches(rows, batch, dropsPartialBatch());
  }

  /**
   * Most rows of a batch that are worked on at once, for losses that are sums over rows: these come
   * out the same for any number of shards. 0 where a loss needs its whole part of the batch.
   */
  default int rowsAtOnce() {
    return 0;
  }

  /**
   * Gradient, statistics and terms of one step.
   *
   * @param seed of whatever the step draws
   * @param batch gives means over the rows of the batch
   * @param prepared what the epoch was prepared with, or empty
   */
  default StepResult step(TrainingState state, long seed, BatchMeans batch, float[] prepared) {
    float[] joined = batch.of("step", state.parameters(), state.statistics(), prepared);
    return new StepResult(joined, parameters(), statistics());
  }

  /** The image head after training. */
  default TrainedHead head(TrainingState state) {
    HeadShape shape = imageHead();
    return new TrainedHead(
        shape,
        Arrays.copyOf(state.parameters(), HeadShape.size(shape.parameters())),
        Arrays.copyOf(state.statistics(), HeadShape.size(shape.statistics())));
  }

  /**
   * TorchScript with a method {@code step(self, first, second, batch, parameters, statistics,
   * prepared) -> Tensor}.
   *
   * <p>{@code first} and {@code second} are the features [N, d] float16 (the same one twice where
   * there is one view), {@code batch} [1 + views, n] int64: the rows drawn, then a neighbour of
   * each in every view; {@code parameters}, {@code statistics} and {@code prepared} flat float32.
   * It returns gradient, new statistics and terms, one after the other, float32.
   *
   * <p>Where there is a method {@code prepare(self, first, second, batch, parameters)}, called once
   * a step, the other methods take what it returns in place of the first three.
   */
  String script();

  /** Whether the script has the method {@code prepare}. */
  default boolean prepares() {
    return false;
  }

  /** Means over the rows of one batch, wherever they are worked on. */
  @FunctionalInterface
  interface BatchMeans {
    /**
     * The mean of what a method of the script returns for the parts of the batch.
     *
     * @param arguments flat float32, in the order in which the method takes them after the rows
     */
    float[] of(String method, float[]... arguments);
  }

  /**
   * What one batch says: a view of the flat vector that an objective's script returns.
   *
   * @param values the loss's gradient by parameter, the running estimates after the batch, and the
   *     loss and what it is made of in the order of {@link Objective#terms()}
   * @param parameters how many numbers the gradient has
   * @param estimates how many running estimates there are
   */
  record StepResult(float[] values, int parameters, int estimates) {

    /** The gradient by parameter {@code i}. */
    float gradient(int i) {
      return values[i];
    }

    /** A copy of the running estimates. */
    float[] statistics() {
      return Arrays.copyOfRange(values, parameters, parameters + estimates);
    }

    /** Term {@code i}; the first is the loss. */
    float term(int i) {
      return values[parameters + estimates + i];
    }
  }
}
