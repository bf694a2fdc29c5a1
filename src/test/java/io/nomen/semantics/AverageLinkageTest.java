package io.nomen.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.tensor.Matrix;
import io.nomen.testing.RandomRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class AverageLinkageTest {
  private static final int WIDTH = 16;

  @Test
  void links_as_the_definition_says() {
    Matrix rows = RandomRows.around(60, RandomRows.anywhere(6, WIDTH, 1), 0.4, 2);
    for (int clusters : new int[] {1, 2, 5, 17, 59, 60}) {
      assertThat(AverageLinkage.clusters(rows, clusters))
          .containsExactly(byDefinition(rows, clusters));
    }
  }

  @Test
  void keeps_a_large_and_a_small_group_whole() {
    Matrix planted = RandomRows.anywhere(3, WIDTH, 3);
    Matrix large = RandomRows.around(900, planted.select(new int[] {0}), 0.15, 4);
    Matrix small = RandomRows.around(9, planted.select(new int[] {1}), 0.15, 5);
    int[] clusters = AverageLinkage.clusters(joined(large, small), 2);
    assertThat(Arrays.stream(clusters).filter(c -> c == 0).count()).isEqualTo(900);
  }

  @Test
  void copies_of_one_row_are_rows_like_others() {
    Matrix same = RandomRows.anywhere(1, WIDTH, 9).select(new int[5]);
    assertThat(AverageLinkage.clusters(same, 2)).containsOnly(0, 1);
  }

  /** Merges the best of all pairs, again and again, with mean cosines taken over all rows. */
  private static int[] byDefinition(Matrix rows, int clusters) {
    List<List<Integer>> groups = new ArrayList<>();
    for (int i = 0; i < rows.rows(); i++) {
      groups.add(new ArrayList<>(List.of(i)));
    }
    while (groups.size() > clusters) {
      int[] best = {0, 1};
      double most = Double.NEGATIVE_INFINITY;
      for (int a = 0; a < groups.size(); a++) {
        for (int b = a + 1; b < groups.size(); b++) {
          double mean = meanCosine(rows, groups.get(a), groups.get(b));
          if (mean > most) {
            most = mean;
            best = new int[] {a, b};
          }
        }
      }
      groups.get(best[0]).addAll(groups.remove(best[1]));
    }
    int[] of = new int[rows.rows()];
    for (int group = 0; group < groups.size(); group++) {
      for (int row : groups.get(group)) {
        of[row] = group;
      }
    }
    return of;
  }

  private static double meanCosine(Matrix rows, List<Integer> left, List<Integer> right) {
    double sum = 0;
    for (int a : left) {
      for (int b : right) {
        for (int j = 0; j < rows.width(); j++) {
          sum += (double) rows.values()[a * rows.width() + j] * rows.values()[b * rows.width() + j];
        }
      }
    }
    return sum / left.size() / right.size();
  }

  private static Matrix joined(Matrix first, Matrix second) {
    float[] values = Arrays.copyOf(first.values(), first.values().length + second.values().length);
    System.arraycopy(second.values(), 0, values, first.values().length, second.values().length);
    return new Matrix(first.rows() + second.rows(), first.width(), values);
  }
}
