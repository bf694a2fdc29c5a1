package io.nomen.heads;

import io.nomen.heads.Objective.StepResult;
import java.io.Serializable;
import java.util.Arrays;

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

  /** Takes over the running estimates of a step, in place. */
  void adopt(StepResult step) {
    System.arraycopy(step.values(), step.parameters(), statistics, 0, step.estimates());
  }

  /** Parameters, statistics and moments in one vector, to be averaged over shards. */
  float[] joined() {
    int p = parameters.length;
    float[] all = new float[3 * p + statistics.length];
    System.arraycopy(parameters, 0, all, 0, p);
    System.arraycopy(firstMoment, 0, all, p, p);
    System.arraycopy(secondMoment, 0, all, 2 * p, p);
    System.arraycopy(statistics, 0, all, 3 * p, statistics.length);
    return all;
  }

  /** The state that such a vector stands for. */
  static TrainingState split(float[] all, int parameters, int steps) {
    return new TrainingState(
        Arrays.copyOf(all, parameters),
        Arrays.copyOfRange(all, 3 * parameters, all.length),
        Arrays.copyOfRange(all, parameters, 2 * parameters),
        Arrays.copyOfRange(all, 2 * parameters, 3 * parameters),
        steps);
  }
}
