package io.nomen.heads;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.nomen.tensor.NativeFloats;
import io.nomen.tensor.NativeScope;
import io.nomen.tensor.TorchScript;

/** Loss and gradient of batches of one training set, through libtorch. Not for several threads. */
final class GradientStep implements AutoCloseable {
  private final Objective objective;
  private final TrainingSet set;
  private final TorchScript script;
  private final NDManager scope = NativeScope.open();
  private final NDArray parameters;
  private final NDArray anchors;

  /**
   * @param anchors what the epoch was prepared with, as rows of the first view's width, or empty
   */
  GradientStep(Objective objective, TrainingSet set, float[] anchors) {
    this.objective = objective;
    this.set = set;
    this.script = TorchScript.of(objective.script());
    this.parameters =
        NativeFloats.of(scope, new float[objective.parameters()], objective.parameters());
    int width = set.views().get(0).width();
    this.anchors = NativeFloats.of(scope, anchors, anchors.length / width, width);
  }

  /**
   * @param state parameters and statistics to begin with; nothing in it is changed
   * @param batch [1 + views, n]: rows, then a neighbour of each in every view
   */
  StepResult at(TrainingState state, long[] batch) {
    NativeFloats.write(parameters, state.parameters(), 0, state.parameters().length);
    int rows = batch.length / (1 + objective.views());
    try (NDManager step = scope.newSubManager()) {
      NDList result =
          script.run(
              step,
              "step",
              parameters,
              NativeFloats.of(step, state.statistics(), objective.statistics()),
              set.tensors().get(0),
              set.tensors().get(objective.views() - 1),
              NativeFloats.of(step, batch, 1 + objective.views(), rows),
              anchors);
      return split(result.head());
    }
  }

  private StepResult split(NDArray result) {
    float[] gradient = new float[objective.parameters()];
    float[] statistics = new float[objective.statistics()];
    float[] terms = new float[objective.terms().size()];
    NativeFloats.read(result, 0, gradient, gradient.length);
    NativeFloats.read(result, gradient.length, statistics, statistics.length);
    NativeFloats.read(result, gradient.length + statistics.length, terms, terms.length);
    return new StepResult(gradient, statistics, terms);
  }

  @Override
  public void close() {
    scope.close();
  }
}
