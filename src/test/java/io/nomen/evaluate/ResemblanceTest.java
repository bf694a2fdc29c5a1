package io.nomen.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.UnitRows;
import io.nomen.testing.LocalSpark;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ResemblanceTest {
  private static final int WIDTH = 24;

  private static float[] random(int rows, long seed) {
    Random random = new Random(seed);
    float[] values = new float[rows * WIDTH];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    UnitRows.normalise(values, WIDTH);
    return values;
  }

  /** Makes {@code row} a unit row at a given cosine from {@code other}. */
  private static void near(float[] values, int row, int other, double cosine) {
    double dot = dot(values, row, other);
    double square = 0;
    double[] aside = new double[WIDTH];
    for (int j = 0; j < WIDTH; j++) {
      aside[j] = values[row * WIDTH + j] - dot * values[other * WIDTH + j];
      square += aside[j] * aside[j];
    }
    double sine = Math.sqrt(1 - cosine * cosine);
    for (int j = 0; j < WIDTH; j++) {
      values[row * WIDTH + j] =
          (float) (cosine * values[other * WIDTH + j] + sine * aside[j] / Math.sqrt(square));
    }
  }

  private static double dot(float[] values, int a, int b) {
    double sum = 0;
    for (int j = 0; j < WIDTH; j++) {
      sum += (double) values[a * WIDTH + j] * values[b * WIDTH + j];
    }
    return sum;
  }

  private static Resemblance of(float[] values, double threshold) {
    return Resemblance.of(RowBlocks.of(LocalSpark.context(), values, WIDTH), threshold);
  }

  @Test
  void a_chain_of_pairs_is_one_group_that_goes_by_its_first_row() {
    float[] values = random(300, 1);
    near(values, 250, 40, 0.98);
    near(values, 120, 250, 0.98);
    near(values, 7, 299, 0.96);
    int[] groups = of(values, 0.97).duplicateOf();
    assertThat(IntStream.of(40, 120, 250).map(row -> groups[row])).containsOnly(40);
    assertThat(IntStream.range(0, 300).filter(row -> groups[row] != row)).containsExactly(120, 250);
    assertThat(of(values, 0.95).duplicateOf()[299]).isEqualTo(7);
  }

  @Test
  void more_equal_rows_than_neighbours_are_still_one_group() {
    float[] values = random(200, 2);
    for (int row = 90; row < 150; row++) {
      System.arraycopy(values, 3 * WIDTH, values, row * WIDTH, WIDTH);
    }
    int[] groups = of(values, 0.999).duplicateOf();
    assertThat(Arrays.stream(groups, 90, 150)).containsOnly(3);
    assertThat(of(values, 0.999).provenance())
        .containsEntry("duplicate_groups", 1L)
        .containsEntry("images_like_an_earlier_one", 60L);
  }

  @Test
  void the_outlier_score_is_the_mean_cosine_distance_to_the_ten_nearest() {
    float[] values = random(250, 3);
    float[] scores = of(values, 0.97).outlierScore();
    for (int row = 0; row < 250; row++) {
      int own = row;
      double mean =
          IntStream.range(0, 250)
              .filter(other -> other != own)
              .mapToDouble(other -> 1 - dot(values, own, other))
              .sorted()
              .limit(Resemblance.NEIGHBOURS)
              .average()
              .orElseThrow();
      assertThat((double) scores[row]).isEqualTo(mean, Offset.offset(1e-5));
    }
  }

  @Test
  void a_large_set_is_searched_by_an_inverted_file_and_loses_no_planted_pair() {
    int rows = 24_000;
    float[] values = random(rows, 4);
    for (int pair = 0; pair < 100; pair++) {
      near(values, rows - 1 - 3 * pair, 50 * pair, 0.985);
    }
    Resemblance found = of(values, 0.97);
    assertThat(found.provenance().get("search").toString()).contains("inverted-file");
    for (int pair = 0; pair < 100; pair++) {
      assertThat(found.duplicateOf()[rows - 1 - 3 * pair]).isEqualTo(50 * pair);
    }
    assertThat(found.provenance()).containsEntry("images_like_an_earlier_one", 100L);
  }
}
