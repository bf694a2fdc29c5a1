package io.nomen.heads;

import java.io.Serializable;
import java.util.Arrays;

/**
 * What one batch says.
 *
 * @param gradient of the loss, by parameter
 * @param statistics the running estimates after the batch
 * @param terms the loss and what it is made of, in the order of {@link Objective#terms()}
 */
record StepResult(float[] gradient, float[] statistics, float[] terms) implements Serializable {

  /** All numbers in one vector: gradient, statistics, terms. */
  float[] joined() {
    float[] all = new float[gradient.length + statistics.length + terms.length];
    System.arraycopy(gradient, 0, all, 0, gradient.length);
    System.arraycopy(statistics, 0, all, gradient.length, statistics.length);
    System.arraycopy(terms, 0, all, gradient.length + statistics.length, terms.length);
    return all;
  }

  /** Takes such a vector apart. */
  static StepResult split(float[] all, int parameters, int statistics) {
    return new StepResult(
        Arrays.copyOf(all, parameters),
        Arrays.copyOfRange(all, parameters, parameters + statistics),
        Arrays.copyOfRange(all, parameters + statistics, all.length));
  }
}
