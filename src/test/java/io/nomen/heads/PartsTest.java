package io.nomen.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.nomen.heads.Trainer.TrainerSettings;
import io.nomen.heads.TrainingSet.BatchPlan;
import io.nomen.tensor.HalfFloats;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.testing.LocalSpark;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PartsTest {
  @Test
  void adam_steps_as_its_paper_says() {
    double[] gradients = {0.5, -0.2, 0.1};
    TrainingState state = TrainingState.begin(new float[] {1}, new float[0]);
    double parameter = 1;
    double first = 0;
    double second = 0;
    for (int t = 1; t <= 3; t++) {
      double g = gradients[t - 1];
      first = 0.9 * first + 0.1 * g;
      second = 0.99 * second + 0.01 * g * g;
      double corrected = first / (1 - Math.pow(0.9, t));
      parameter -= 0.01 * corrected / (Math.sqrt(second / (1 - Math.pow(0.99, t))) + 1e-8);
      state = Adam.PAPERS.step(state, new float[] {(float) g}, 0.01);
    }

    assertThat((double) state.parameters()[0]).isCloseTo(parameter, within(1e-6));
    assertThat(state.steps()).isEqualTo(3);
  }

  @Test
  void an_accumulator_gives_the_mean_weighted_by_rows_in_any_order() {
    GradientAccumulator left = new GradientAccumulator().add(new float[] {1, 2}, 3);
    GradientAccumulator right = new GradientAccumulator().add(new float[] {5, -2}, 1);

    assertThat(left.merge(right).mean()).containsExactly(2, 1);
    assertThat(left.weight()).isEqualTo(4);
  }

  @Test
  void an_accumulator_refuses_another_dimension_and_names_both() {
    assertThatThrownBy(
            () ->
                new GradientAccumulator()
                    .add(new float[2], 1)
                    .merge(new GradientAccumulator().add(new float[3], 1)))
        .hasMessageContaining("3")
        .hasMessageContaining("2");
  }

  @Test
  void halves_keep_what_ieee_754_keeps() {
    assertThat(HalfFloats.encode(1f)).isEqualTo((short) 0x3c00);
    assertThat(HalfFloats.encode(-2f)).isEqualTo((short) 0xc000);
    assertThat(HalfFloats.encode(65504f)).isEqualTo((short) 0x7bff);
    assertThat(HalfFloats.encode(65520f)).isEqualTo((short) 0x7c00);
    assertThat(HalfFloats.encode(0x1p-24f)).isEqualTo((short) 1);
    assertThat(HalfFloats.encode(0x1p-25f)).isEqualTo((short) 0);
    assertThat(HalfFloats.encode(1 + 0x1p-11f)).isEqualTo((short) 0x3c00);
    assertThat(HalfFloats.encode(1 + 0x3p-11f)).isEqualTo((short) 0x3c02);
    assertThat(HalfFloats.encode(Float.NaN)).isEqualTo((short) 0x7e00);
    for (int half = 0; half < 0x7c00; half++) {
      assertThat(HalfFloats.encode(HalfFloats.decode((short) half))).isEqualTo((short) half);
    }
  }

  @Test
  void a_trained_head_is_the_network_with_running_estimates() {
    HeadShape.TwoLayer shape = new HeadShape.TwoLayer(3, 2);
    SplittableRandom random = new SplittableRandom(4);
    float[] parameters = new float[HeadShape.size(shape.parameters())];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = (float) random.nextDouble(-1, 1);
    }
    float[] statistics = {0.1f, -0.2f, 0.3f, 0.5f, 1.5f, 2};
    float[] row = {0.7f, -0.4f, 0.2f};

    double[] logits = new double[2];
    double[] hidden = new double[3];
    for (int j = 0; j < 3; j++) {
      double a = parameters[9 + j];
      for (int i = 0; i < 3; i++) {
        a += parameters[3 * j + i] * row[i];
      }
      double unit = (a - statistics[j]) / Math.sqrt(statistics[3 + j] + 1e-5);
      hidden[j] = Math.max(0, parameters[12 + j] * unit + parameters[15 + j]);
    }
    for (int k = 0; k < 2; k++) {
      logits[k] = parameters[24 + k];
      for (int j = 0; j < 3; j++) {
        logits[k] += parameters[18 + 3 * k + j] * hidden[j];
      }
    }
    double expected = 1 / (1 + Math.exp(logits[1] - logits[0]));

    TrainedHead head = new TrainedHead(shape, parameters, statistics);
    assertThat((double) head.probabilities(new RowBlock(0, 1, 3, row)).values()[0])
        .isCloseTo(expected, within(1e-6));
    assertThat((double) head.logits(new RowBlock(0, 1, 3, row)).values()[1])
        .isCloseTo(logits[1], within(1e-5));
  }

  @Test
  void a_linear_head_begins_as_the_nearest_centre() {
    HeadShape.Linear shape = new HeadShape.Linear(2, 3);
    float[] centres = {0, 5, 3, 0, -4, -4};
    TrainedHead head = new TrainedHead(shape, shape.nearestCentre(centres, 0.05), new float[0]);
    Random random = new Random(2);

    for (int trial = 0; trial < 50; trial++) {
      float[] row = {(float) (5 * random.nextGaussian()), (float) (5 * random.nextGaussian())};
      float[] logits = head.logits(new RowBlock(0, 1, 2, row)).values();
      int nearest = 0;
      int highest = 0;
      for (int k = 1; k < 3; k++) {
        nearest = squared(row, centres, k) < squared(row, centres, nearest) ? k : nearest;
        highest = logits[k] > logits[highest] ? k : highest;
      }
      assertThat(highest).isEqualTo(nearest);
    }
  }

  @Test
  void an_epoch_goes_through_every_row_once_with_its_own_neighbours() {
    int[] neighbours = {1, 2, 2, 0, 0, 1, 4, 4, 3, 3};
    TrainingSet.View view = TrainingSet.View.of(new float[5], 1, neighbours, 2);
    BatchPlan plan = plan(view, false, 2, 1, 0);

    boolean[] seen = new boolean[5];
    assertThat(plan.batches()).isEqualTo(3);
    for (int number = 0; number < 3; number++) {
      long[] batch = plan.draw(number, 0, 1);
      int rows = batch.length / 2;
      for (int i = 0; i < rows; i++) {
        int row = (int) batch[i];
        assertThat(seen[row]).isFalse();
        seen[row] = true;
        assertThat(batch[rows + i])
            .isIn((long) neighbours[2 * row], (long) neighbours[2 * row + 1]);
      }
    }
    assertThat(plan(view, true, 2, 1, 0).batches()).isEqualTo(2);
  }

  @Test
  void a_task_that_is_repeated_draws_what_it_drew_before() {
    Objective objective = new WidestMargin(List.of(1), List.of(1.0), 2, 1, 1, 1, 1);
    TrainingSet.View view = TrainingSet.View.of(new float[40], 1, new int[40], 1);
    BatchPlan plan =
        new BatchPlan(
            new TrainingSet(List.of(view)), objective, TrainerSettings.of(1, 10, 1e-3, 3), 0);
    List<long[]> first = IntStream.range(0, 10).mapToObj(n -> plan.draw(n, 0, 1)).toList();

    assertThat(first.get(0)).isNotEqualTo(first.get(4));
    for (int number = 0; number < 10; number++) {
      assertThat(plan.draw(number, 0, 1)).isEqualTo(first.get(number));
    }
  }

  @Test
  void features_in_many_arrays_are_one_matrix_in_libtorchs_memory() {
    float[] values = new float[3 * 10_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 1_024;
    }
    RowBlocks rows = RowBlocks.of(LocalSpark.context(), values, 3);

    List<short[]> parts = TrainingSet.collectHalves(rows, 1_000);

    assertThat(parts).hasSize(31).allMatch(part -> part.length <= 999);
    TrainingSet.View view = new TrainingSet.View(3, parts, new int[0], 0);
    assertThat(view.rows()).isEqualTo(10_000);
    try (TrainingSet set = new TrainingSet(List.of(view))) {
      NDArray tensor = set.tensors().get(0);
      assertThat(tensor.getShape()).isEqualTo(new Shape(10_000, 3));
      assertThat(tensor.toType(DataType.FLOAT32, true).toFloatArray()).isEqualTo(values);
    }
  }

  @Test
  void shards_cut_a_batch_without_leaving_a_row_out() {
    TrainingSet.View view = TrainingSet.View.of(new float[11], 1, new int[11], 1);
    BatchPlan plan = plan(view, true, 7, 3, 2);

    long[] whole = Arrays.copyOf(plan.draw(0, 0, 1), 7);
    long[] parts = new long[7];
    int filled = 0;
    for (int shard = 0; shard < 3; shard++) {
      long[] part = plan.draw(0, shard, 3);
      System.arraycopy(part, 0, parts, filled, part.length / 2);
      filled += part.length / 2;
    }
    assertThat(parts).containsExactly(whole);
  }

  private static BatchPlan plan(
      TrainingSet.View view, boolean dropPartial, int batch, long seed, int epoch) {
    Objective objective =
        dropPartial ? new Distillation(1, 1, 2, 0.5, 5) : new SemanticConsistency(1, 2, 5, 0.1);
    return new BatchPlan(
        new TrainingSet(List.of(view)), objective, TrainerSettings.of(1, batch, 1e-3, seed), epoch);
  }

  private static double squared(float[] row, float[] centres, int k) {
    return Math.pow(row[0] - centres[2 * k], 2) + Math.pow(row[1] - centres[2 * k + 1], 2);
  }
}
