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
 */
public record TowerSpec(
    int width, int perceptron, int layers, int heads, Activation activation, double epsilon)
    implements Serializable {
  /** Numbers per attention head. */
  public int headWidth() {
    return width / heads;
  }
}
