package io.nomen.heads;

import java.util.Arrays;

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
