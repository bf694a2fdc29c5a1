package io.nomen.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nomen.heads.Objective.StepResult;
import io.nomen.tensor.HalfFloats;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class ObjectiveTest {
  private static final int WIDTH = 7;
  private static final int TEXT_WIDTH = 5;
  private static final int CLUSTERS = 4;
  private static final int ROWS = 12;
  private static final int BATCH = 9;

  private final Random random = new Random(5);

  @Test
  void distillation_has_the_loss_and_gradient_of_the_papers_equations() {
    Distillation objective = new Distillation(WIDTH, TEXT_WIDTH, CLUSTERS, 0.5, 5);
    TrainingSet set = new TrainingSet(List.of(view(WIDTH), view(TEXT_WIDTH)));
    TrainingState state = roughened(objective.initial(3));
    long[] batch = batch(2);

    compare(
        objective,
        set,
        state,
        batch,
        new float[0],
        numbers ->
            LossReference.distillation(
                objective,
                numbers,
                new double[][][] {rows(set, 0, batch, 0), rows(set, 0, batch, 1)},
                new double[][][] {rows(set, 1, batch, 0), rows(set, 1, batch, 2)}));
  }

  @Test
  void semantic_consistency_has_the_loss_and_gradient_of_the_papers_equations() {
    SemanticConsistency objective = new SemanticConsistency(WIDTH, CLUSTERS, 5, 0.1);
    TrainingSet set = new TrainingSet(List.of(view(WIDTH)));
    float[] centres = gaussian(CLUSTERS * WIDTH);
    TrainingState state =
        TrainingState.begin(
            objective.imageHead().nearestCentre(gaussian(CLUSTERS * WIDTH), 0.3), new float[0]);
    long[] batch = batch(1);

    compare(
        objective,
        set,
        state,
        batch,
        centres,
        numbers ->
            LossReference.semanticConsistency(
                objective,
                numbers,
                new double[][][] {rows(set, 0, batch, 0), rows(set, 0, batch, 1)},
                split(centres)));
  }

  @Test
  void the_widest_margin_has_the_loss_and_gradient_of_the_papers_equations() {
    WidestMargin one = new WidestMargin(List.of(WIDTH), List.of(1.0), CLUSTERS, 10, 2, 3, 0.1);
    WidestMargin two =
        new WidestMargin(List.of(WIDTH, TEXT_WIDTH), List.of(2.0, 1.0), CLUSTERS, 10, 2, 3, 0.1);
    for (WidestMargin objective : List.of(one, two)) {
      TrainingSet set = new TrainingSet(objective.widths().stream().map(this::view).toList());
      TrainingState state = roughened(objective.initial(3));
      long[] batch = batch(objective.views());
      double[][][] spaces = new double[objective.views()][][];
      for (int space = 0; space < spaces.length; space++) {
        spaces[space] = rows(set, space, batch, 0);
      }
      float[] fresh = fitted(objective, set, state, batch);

      compare(
          objective,
          set,
          state,
          batch,
          new float[0],
          numbers -> LossReference.widestMargin(objective, numbers, fresh, spaces));
    }
  }

  /** The classifiers that a step fits, which its gradient holds constant. */
  private static float[] fitted(
      WidestMargin objective, TrainingSet set, TrainingState state, long[] batch) {
    List<float[]> seen = new ArrayList<>();
    try (ShardRun.GradientStep step = new ShardRun.GradientStep(objective, set, state, batch, 1)) {
      objective.step(
          state,
          17,
          (method, arguments) -> {
            if (method.equals("step")) {
              seen.add(arguments[1]);
            }
            return step.of(method, arguments);
          },
          new float[0]);
    }
    return seen.get(0);
  }

  @Test
  void distillation_updates_the_running_estimates_once_per_pass_as_pytorch_does() {
    Distillation objective = new Distillation(1, 1, 2, 0.5, 5);
    float[] features = {1, 2, 3, 4};
    TrainingSet set =
        new TrainingSet(
            List.of(
                TrainingSet.View.of(features, 1, new int[] {1, 0, 3, 2}, 1),
                TrainingSet.View.of(features, 1, new int[] {1, 0, 3, 2}, 1)));
    TrainingState state = objective.initial(1);
    state.parameters()[0] = 2;
    state.parameters()[1] = 0.5f;

    float[] statistics;
    long[] batch = {0, 1, 2, 2, 3, 3, 0, 0, 0};
    try (ShardRun.GradientStep step = new ShardRun.GradientStep(objective, set, state, batch, 1)) {
      statistics = objective.step(state, 0, step, new float[0]).statistics();
    }

    // Pass one sees 2x + 0.5 of 1, 2, 3: mean 4.5, unbiased variance 4; pass two of 3, 4, 4.
    double mean = 0.9 * (0.1 * 4.5) + 0.1 * (2 * 11 / 3.0 + 0.5);
    double variance = 0.9 * (0.9 + 0.1 * 4) + 0.1 * (4 / 3.0);
    assertThat((double) statistics[0]).isCloseTo(mean, within(1e-5));
    assertThat((double) statistics[1]).isCloseTo(variance, within(1e-5));
    set.close();
  }

  private static void compare(
      Objective objective,
      TrainingSet set,
      TrainingState state,
      long[] batch,
      float[] prepared,
      Function<Scalar[], Scalar> reference) {
    Scalar[] numbers = scalars(state.parameters());
    Scalar expected = reference.apply(numbers);
    double[] gradient = expected.gradient(numbers);
    StepResult found;
    try (ShardRun.GradientStep step = new ShardRun.GradientStep(objective, set, state, batch, 1)) {
      found = objective.step(state, 17, step, prepared);
    }

    assertThat(found.values())
        .hasSize(objective.parameters() + objective.statistics() + objective.terms().size());
    assertThat((double) found.term(0))
        .isCloseTo(expected.value, within(1e-4 * Math.abs(expected.value)));
    double scale = norm(gradient);
    double[] difference = new double[gradient.length];
    for (int i = 0; i < gradient.length; i++) {
      difference[i] = found.gradient(i) - gradient[i];
    }
    assertThat(scale).isGreaterThan(1e-2);
    assertThat(norm(difference)).isLessThan(1e-4 * scale);
    finiteDifferencesAgree(state.parameters(), gradient, reference);
    set.close();
  }

  /** Central differences along random directions, in double precision. */
  private static void finiteDifferencesAgree(
      float[] parameters, double[] gradient, Function<Scalar[], Scalar> reference) {
    Random directions = new Random(11);
    for (int trial = 0; trial < 5; trial++) {
      double[] direction = directions.doubles(parameters.length, -1, 1).toArray();
      double along = 0;
      Scalar[] ahead = new Scalar[parameters.length];
      Scalar[] behind = new Scalar[parameters.length];
      for (int i = 0; i < parameters.length; i++) {
        along += gradient[i] * direction[i];
        ahead[i] = Scalar.of(parameters[i] + 1e-6 * direction[i]);
        behind[i] = Scalar.of(parameters[i] - 1e-6 * direction[i]);
      }
      double measured = (reference.apply(ahead).value - reference.apply(behind).value) / 2e-6;
      assertThat(measured).isCloseTo(along, within(1e-5 * norm(gradient)));
    }
  }

  private TrainingSet.View view(int width) {
    int[] neighbours = new int[ROWS * 2];
    return TrainingSet.View.of(gaussian(ROWS * width), width, neighbours, 2);
  }

  /** Weights of a size at which assignments differ, so that every term has a slope. */
  private TrainingState roughened(TrainingState state) {
    for (int i = 0; i < state.parameters().length; i++) {
      state.parameters()[i] += (float) (0.5 * random.nextGaussian());
    }
    return state;
  }

  private long[] batch(int views) {
    return random.longs((long) (1 + views) * BATCH, 0, ROWS).toArray();
  }

  private float[] gaussian(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static double[][] rows(TrainingSet set, int view, long[] batch, int part) {
    TrainingSet.View table = set.views().get(view);
    double[][] rows = new double[BATCH][table.width()];
    for (int i = 0; i < BATCH; i++) {
      for (int j = 0; j < table.width(); j++) {
        int row = (int) batch[part * BATCH + i];
        rows[i][j] = HalfFloats.decode(table.features().get(0)[row * table.width() + j]);
      }
    }
    return rows;
  }

  private static double[][] split(float[] centres) {
    double[][] rows = new double[CLUSTERS][WIDTH];
    for (int i = 0; i < centres.length; i++) {
      rows[i / WIDTH][i % WIDTH] = centres[i];
    }
    return rows;
  }

  private static Scalar[] scalars(float[] values) {
    Scalar[] scalars = new Scalar[values.length];
    for (int i = 0; i < values.length; i++) {
      scalars[i] = Scalar.of(values[i]);
    }
    return scalars;
  }

  private static double norm(double[] vector) {
    return Math.sqrt(Arrays.stream(vector).map(x -> x * x).sum());
  }
}
