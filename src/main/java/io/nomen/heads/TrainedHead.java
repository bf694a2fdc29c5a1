package io.nomen.heads;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.nomen.tensor.NativeFloats;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.Torch;
import io.nomen.tensor.TorchScript;
import java.io.Serializable;
import java.util.Arrays;

/**
 * A head that is used, not trained: BatchNorm takes the running estimates and is folded into the
 * layer before it.
 *
 * @param shape what it is made of
 * @param parameters flat, as {@link HeadShape#parameters} lays them out
 * @param statistics flat, as {@link HeadShape#statistics} lays them out
 */
public record TrainedHead(HeadShape shape, float[] parameters, float[] statistics)
    implements Serializable {
  private static final double NORM_EPSILON = 1e-5;
  private static final int ROWS_AT_ONCE = 1024;
  private static final String SCRIPT =
      """
        def linear(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
          return torch.addmm(bias, x, weight.t())
        def two_layer(self, x: Tensor, weight: Tensor, bias: Tensor, last_weight: Tensor, last_bias: Tensor) -> Tensor:
          return torch.addmm(last_bias, torch.relu_(torch.addmm(bias, x, weight.t())), last_weight.t())
        def probabilities(self, logits: Tensor) -> Tensor:
          return torch.softmax(logits, 1)
      """;

  public TrainedHead {
    require("parameters", HeadShape.size(shape.parameters()), parameters.length);
    require("statistics", HeadShape.size(shape.statistics()), statistics.length);
  }

  /** Assignments of the rows of {@code block}: [n, K], rows add up to 1. */
  public RowBlock probabilities(RowBlock block) {
    return apply(block, true);
  }

  /** Logits of the rows of {@code block}: [n, K]. */
  public RowBlock logits(RowBlock block) {
    return apply(block, false);
  }

  /** The same head with its clusters in another order; those that {@code order} lacks are gone. */
  public TrainedHead ordered(int[] order) {
    int last = shape.parameters().size() - 2;
    int width = shape.width();
    int kept = shape.parameters().get(last).offset();
    float[] chosen = Arrays.copyOf(parameters, kept + order.length * (width + 1));
    int biases = shape.parameters().get(last + 1).offset();
    for (int i = 0; i < order.length; i++) {
      System.arraycopy(parameters, kept + order[i] * width, chosen, kept + i * width, width);
      chosen[kept + order.length * width + i] = parameters[biases + order[i]];
    }
    return new TrainedHead(shape.withClusters(order.length), chosen, statistics);
  }

  private RowBlock apply(RowBlock block, boolean softmax) {
    int clusters = shape.clusters();
    float[] all = new float[block.rows() * clusters];
    TorchScript script = TorchScript.of(SCRIPT);
    try (NDManager scope = Torch.newScope()) {
      NDArray[] weights = weights(scope);
      String method = weights.length == 2 ? "linear" : "two_layer";
      for (int first = 0; first < block.rows(); first += ROWS_AT_ONCE) {
        int rows = Math.min(ROWS_AT_ONCE, block.rows() - first);
        try (NDManager step = scope.newSubManager()) {
          NDArray[] inputs = new NDArray[1 + weights.length];
          inputs[0] = NativeFloats.rows(step, block.values(), first, rows, block.width());
          System.arraycopy(weights, 0, inputs, 1, weights.length);
          NDList result = script.run(step, method, inputs);
          if (softmax) {
            result = script.run(step, "probabilities", result.head());
          }
          float[] part = new float[rows * clusters];
          NativeFloats.read(result.head(), 0, part, part.length);
          System.arraycopy(part, 0, all, first * clusters, part.length);
        }
      }
    }
    return new RowBlock(block.firstRow(), block.rows(), clusters, all);
  }

  private NDArray[] weights(NDManager scope) {
    if (shape instanceof HeadShape.TwoLayer layers) {
      return folded(layers, scope);
    }
    return new NDArray[] {
      NativeFloats.of(scope, part(0), shape.clusters(), shape.width()),
      NativeFloats.of(scope, part(1), shape.clusters())
    };
  }

  /** {@code scale·((Wx + b) − mean)/√(variance + ε) + shift} is again a linear layer. */
  private NDArray[] folded(HeadShape.TwoLayer layers, NDManager scope) {
    int width = layers.width();
    float[] weight = part(0);
    float[] bias = part(1);
    float[] scales = part(2);
    float[] shifts = part(3);
    for (int j = 0; j < width; j++) {
      double scale = scales[j] / Math.sqrt(statistics[width + j] + NORM_EPSILON);
      for (int i = j * width; i < (j + 1) * width; i++) {
        weight[i] = (float) (weight[i] * scale);
      }
      bias[j] = (float) ((bias[j] - statistics[j]) * scale + shifts[j]);
    }
    return new NDArray[] {
      NativeFloats.of(scope, weight, width, width),
      NativeFloats.of(scope, bias, width),
      NativeFloats.of(scope, part(4), layers.clusters(), width),
      NativeFloats.of(scope, part(5), layers.clusters())
    };
  }

  private float[] part(int number) {
    return shape.parameters().get(number).in(parameters);
  }

  private static void require(String what, int expected, int found) {
    if (expected != found) {
      throw new IllegalArgumentException(
          "a head of this shape has %d %s, not %d".formatted(expected, what, found));
    }
  }
}
