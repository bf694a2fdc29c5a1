package io.nomen.clip;

import java.io.Serializable;

/**
 * The transformer of one tower: pre-norm blocks of attention and a two-layer perceptron.
 *
 * @param width numbers per token
 * @param perceptron width of the perceptron's inner layer
 * @param layers number of blocks
 * @param heads attention heads; divides {@code width}
 * @param epsilon of the layer norms
 * @param innerNorms whether a layer norm stands before the last linear layer of attention and
 *     perceptron too
 */
public record TowerSpec(
    int width,
    int perceptron,
    int layers,
    int heads,
    Activation activation,
    double epsilon,
    boolean innerNorms)
    implements Serializable {

  /** The non-linearity between the two layers of a block's perceptron. */
  public enum Activation {
    /** {@code x · sigmoid(1.702 x)}, as OpenAI trained with. */
    QUICK_GELU,
    /** The exact Gaussian error linear unit. */
    GELU,
    /** Its approximation by a hyperbolic tangent. */
    GELU_TANH,
    /** {@code silu(gate) · x}: the first layer gives both, the gate first. */
    SWIGLU
  }

  /** The same with the inner layer norms. */
  TowerSpec withInnerNorms() {
    return new TowerSpec(width, perceptron, layers, heads, activation, epsilon, true);
  }

  /** Numbers per attention head. */
  public int headWidth() {
    return width / heads;
  }
}
