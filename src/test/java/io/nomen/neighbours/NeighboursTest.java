package io.nomen.neighbours;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.NomenException;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.testing.LocalSpark;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NeighboursTest {
  @Test
  void finds_the_same_neighbours_as_comparing_everything_in_double_precision() {
    int width = 24;
    float[] rows = unitRows(5_000, width, 7);
    int[] found = find(rows, width, 10);

    for (int row = 0; row < 5_000; row += 83) {
      assertThat(listOf(found, row, 10)).isEqualTo(bruteForce(rows, width, row, 10));
    }
  }

  @Test
  void leaves_a_row_out_of_its_own_list_and_orders_equals_by_row() {
    float[] rows = {1, 0, 1, 0, 0, 1, 1, 0, 0, 1};

    assertThat(find(rows, 2, 3)).containsExactly(1, 3, 2, 0, 3, 2, 4, 0, 1, 0, 1, 2, 2, 0, 1);
  }

  @Test
  void orders_negative_similarities_too() {
    float[] rows = {1, 0, -1, 0, -0.6f, -0.8f, -0.8f, 0.6f};

    assertThat(find(rows, 2, 3)).startsWith(2, 3, 1);
  }

  @Test
  void gives_the_same_lists_however_the_rows_are_cut() {
    float[] rows = unitRows(700, 16, 3);
    List<RowBlock> blocks = new ArrayList<>();
    for (int first = 0; first < 700; first += 100) {
      float[] part = new float[1_600];
      System.arraycopy(rows, first * 16, part, 0, part.length);
      blocks.add(new RowBlock(first, 100, 16, part));
    }
    RowBlocks cut = new RowBlocks(LocalSpark.context().parallelize(blocks, 3), 700, 16);

    try (NeighbourLists lists = Neighbours.find(LocalSpark.context(), cut, 5, new Search.Exact())) {
      assertThat(lists.collect()).isEqualTo(find(rows, 16, 5));
    }
  }

  @Test
  void gives_as_many_neighbours_as_there_are() {
    assertThat(find(unitRows(4, 8, 1), 8, 50)).hasSize(12);
  }

  @Test
  void refuses_a_single_row() {
    RowBlocks one = RowBlocks.of(LocalSpark.context(), new float[] {1, 0}, 2);

    assertThatThrownBy(() -> Neighbours.find(LocalSpark.context(), one, 5, new Search.Exact()))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("at least 2 images");
  }

  private static int[] find(float[] rows, int width, int count) {
    RowBlocks matrix = RowBlocks.of(LocalSpark.context(), rows, width);
    try (NeighbourLists lists =
        Neighbours.find(LocalSpark.context(), matrix, count, new Search.Exact())) {
      return lists.collect();
    }
  }

  private static List<Integer> listOf(int[] all, int row, int count) {
    return IntStream.range(row * count, (row + 1) * count).mapToObj(i -> all[i]).toList();
  }

  private static List<Integer> bruteForce(float[] rows, int width, int row, int count) {
    return IntStream.range(0, rows.length / width)
        .filter(other -> other != row)
        .boxed()
        .sorted(Comparator.comparingDouble(other -> -dot(rows, width, row, other)))
        .limit(count)
        .toList();
  }

  private static double dot(float[] rows, int width, int a, int b) {
    double sum = 0;
    for (int i = 0; i < width; i++) {
      sum += (double) rows[a * width + i] * rows[b * width + i];
    }
    return sum;
  }

  static float[] unitRows(int rows, int width, long seed) {
    Random random = new Random(seed);
    float[] values = new float[rows * width];
    for (int row = 0; row < rows; row++) {
      double norm = 0;
      for (int i = row * width; i < (row + 1) * width; i++) {
        values[i] = (float) random.nextGaussian();
        norm += values[i] * values[i];
      }
      for (int i = row * width; i < (row + 1) * width; i++) {
        values[i] /= (float) Math.sqrt(norm);
      }
    }
    return values;
  }
}
