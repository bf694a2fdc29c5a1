package io.nomen.heads;

import java.io.Serializable;
import java.util.List;

/**
 * What training minimises: one or two heads, a loss over a batch, and its gradient.
 *
 * <p>Loss and gradient are one TorchScript method, so that a step crosses into libtorch once. The
 * gradient is written out by hand: DJL runs scripts in inference mode, where autograd is off, and
 * without its graph a step is also a third faster. The tests hold it against finite differences.
 */
public sealed interface Objective extends Serializable permits Distillation, SemanticConsistency {

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

  /**
   * TorchScript with a method {@code step(self, parameters, statistics, first, second, batch,
   * anchors) -> Tensor}.
   *
   * <p>{@code parameters} and {@code statistics} are flat float32 tensors, {@code first} and {@code
   * second} the features [N, d] float16 (the same one twice where there is one view), {@code batch}
   * [1 + views, n] int64: the rows drawn, then a neighbour of each in every view; {@code anchors}
   * what the epoch was prepared with, or empty. It returns gradient, new statistics and terms, one
   * after the other, float32.
   */
  String script();
}
