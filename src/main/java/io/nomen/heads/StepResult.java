package io.nomen.heads;

import java.io.Serializable;

/**
 * What one batch says.
 *
 * @param gradient of the loss, by parameter
 * @param statistics the running estimates after the batch
 * @param terms the loss and what it is made of, in the order of {@link Objective#terms()}
 */
record StepResult(float[] gradient, float[] statistics, float[] terms) implements Serializable {}
