package io.nomen.heads;

import java.io.Serializable;

/**
 * Adam (Kingma and Ba, arXiv 1412.6980, algorithm 1) over flat arrays, as PyTorch computes it: no
 * weight decay, the two corrections folded into step size and denominator.
 *
 * @param firstDecay β₁
 * @param secondDecay β₂
 * @param epsilon added to the root of the second moment
 */
public record Adam(double firstDecay, double secondDecay, double epsilon) implements Serializable {
  /** The setting of TAC's and SIC's code. */
  public static final Adam PAPERS = new Adam(0.9, 0.99, 1e-8);

  /** PyTorch's own setting. */
  static final Adam USUAL = new Adam(0.9, 0.999, 1e-8);

  /**
   * Takes one step in place and gives the state with its step counted.
   *
   * @param gradient by parameter; what comes behind is not looked at
   */
  TrainingState step(TrainingState state, float[] gradient, double rate) {
    int steps = state.steps() + 1;
    float stepSize = (float) (rate / (1 - Math.pow(firstDecay, steps)));
    float root = (float) Math.sqrt(1 - Math.pow(secondDecay, steps));
    update(
        state.parameters(),
        state.firstMoment(),
        state.secondMoment(),
        gradient,
        (float) firstDecay,
        (float) secondDecay,
        stepSize * root,
        (float) (epsilon * root));
    return new TrainingState(
        state.parameters(), state.statistics(), state.firstMoment(), state.secondMoment(), steps);
  }

  /** The hot loop: the compiler makes vector instructions of it. */
  private static void update(
      float[] parameters,
      float[] first,
      float[] second,
      float[] gradient,
      float firstDecay,
      float secondDecay,
      float stepSize,
      float epsilon) {
    for (int i = 0; i < parameters.length; i++) {
      float g = gradient[i];
      float m = firstDecay * first[i] + (1 - firstDecay) * g;
      float v = secondDecay * second[i] + (1 - secondDecay) * g * g;
      first[i] = m;
      second[i] = v;
      parameters[i] -= stepSize * m / ((float) Math.sqrt(v) + epsilon);
    }
  }
}
