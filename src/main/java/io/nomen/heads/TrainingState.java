package io.nomen.heads;

import java.io.Serializable;

/**
 * All that training changes; with the seed and the epoch it says how training goes on.
 *
 * @param parameters of all heads, flat
 * @param statistics running estimates of all heads, flat
 * @param firstMoment Adam's running mean of the gradient
 * @param secondMoment Adam's running mean of its square
 * @param steps optimiser steps taken
 */
public record TrainingState(
    float[] parameters, float[] statistics, float[] firstMoment, float[] secondMoment, int steps)
    implements Serializable {

  /** Before the first step. */
  public static TrainingState begin(float[] parameters, float[] statistics) {
    return new TrainingState(
        parameters, statistics, new float[parameters.length], new float[parameters.length], 0);
  }

  /** A copy that may be changed in place. */
  TrainingState copy() {
    return new TrainingState(
        parameters.clone(), statistics.clone(), firstMoment.clone(), secondMoment.clone(), steps);
  }
}
