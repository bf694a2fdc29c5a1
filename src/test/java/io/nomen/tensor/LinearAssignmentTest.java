package io.nomen.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LinearAssignmentTest {
  @Test
  void finds_the_least_sum_that_trying_everything_finds() {
    Random random = new Random(7);
    for (int round = 0; round < 400; round++) {
      double[][] cost = matrix(1 + random.nextInt(6), 1 + random.nextInt(6), random);
      int[] columns = LinearAssignment.minimise(cost);
      assertThat(distinctPairs(columns)).isEqualTo(Math.min(cost.length, cost[0].length));
      assertThat(sum(cost, columns)).isCloseTo(least(cost, 0, 0, 0), within(1e-9));
    }
  }

  @Test
  void ties_negative_costs_and_whole_numbers_change_nothing() {
    Random random = new Random(8);
    for (int round = 0; round < 400; round++) {
      double[][] cost = matrix(1 + random.nextInt(6), 1 + random.nextInt(6), random);
      for (double[] row : cost) {
        Arrays.setAll(row, c -> Math.rint(row[c] * 3) - 2);
      }
      assertThat(sum(cost, LinearAssignment.minimise(cost)))
          .isCloseTo(least(cost, 0, 0, 0), within(1e-9));
    }
  }

  @Test
  void leaves_rows_over_where_columns_are_fewer() {
    int[] columns = LinearAssignment.maximise(new double[][] {{1}, {3}, {2}});
    assertThat(columns).containsExactly(-1, 0, -1);
  }

  @Test
  void is_optimal_at_a_thousand_by_five_thousand_by_its_dual() {
    Random random = new Random(9);
    double[][] gain = matrix(1000, 5000, random);
    int[] columns = LinearAssignment.maximise(gain);
    assertThat(distinctPairs(columns)).isEqualTo(1000);
    // No exchange of two rows' columns, and no move to a free column, gains anything.
    boolean[] taken = new boolean[5000];
    for (int c : columns) {
      taken[c] = true;
    }
    for (int r = 0; r < 1000; r++) {
      for (int c = 0; c < 5000; c++) {
        assertThat(taken[c] || gain[r][c] <= gain[r][columns[r]] + 1e-9).isTrue();
      }
      for (int o = 0; o < r; o++) {
        double now = gain[r][columns[r]] + gain[o][columns[o]];
        assertThat(gain[r][columns[o]] + gain[o][columns[r]]).isLessThanOrEqualTo(now + 1e-9);
      }
    }
  }

  @Test
  void refuses_what_is_no_number() {
    assertThatThrownBy(() -> LinearAssignment.minimise(new double[][] {{1, Double.NaN}}))
        .hasMessageContaining("row 0 holds the cost NaN");
    assertThatThrownBy(() -> LinearAssignment.minimise(new double[][] {{1, 2}, {1}}))
        .hasMessageContaining("row 1 has 1 costs, row 0 has 2");
  }

  private static double[][] matrix(int rows, int columns, Random random) {
    double[][] cost = new double[rows][columns];
    for (double[] row : cost) {
      Arrays.setAll(row, c -> random.nextDouble());
    }
    return cost;
  }

  private static double sum(double[][] cost, int[] columns) {
    double sum = 0;
    for (int r = 0; r < columns.length; r++) {
      sum += columns[r] < 0 ? 0 : cost[r][columns[r]];
    }
    return sum;
  }

  private static long distinctPairs(int[] columns) {
    return Arrays.stream(columns).filter(c -> c >= 0).distinct().count();
  }

  /** Every way to pair: a row may be left out only as often as rows outnumber columns. */
  private static double least(double[][] cost, int row, int used, int left) {
    if (row == cost.length) {
      return 0;
    }
    double best = Double.POSITIVE_INFINITY;
    if (left < cost.length - cost[0].length) {
      best = least(cost, row + 1, used, left + 1);
    }
    for (int c = 0; c < cost[0].length; c++) {
      if ((used >> c & 1) == 0) {
        best = Math.min(best, cost[row][c] + least(cost, row + 1, used | 1 << c, left));
      }
    }
    return best;
  }
}
