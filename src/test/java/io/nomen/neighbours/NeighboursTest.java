package io.nomen.neighbours;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nomen.NomenException;
import io.nomen.Progress;
import io.nomen.neighbours.Neighbours.Search;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.UnitRows;
import io.nomen.testing.LocalSpark;
import java.util.ArrayList;
import java.util.Arrays;
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

  @Test
  void an_inverted_file_finds_the_share_of_true_neighbours_that_it_reports() {
    int width = 16;
    float[] rows = groupedRows(3_000, width, 40, 5);
    RowBlocks matrix = RowBlocks.of(LocalSpark.context(), rows, width);
    int[] exact = find(rows, width, 10);

    try (NeighbourLists lists =
        Neighbours.find(LocalSpark.context(), matrix, 10, new Search.InvertedFile(30, 0.9))) {
      int[] found = lists.collect();
      int hits = 0;
      for (int row = 0; row < 3_000; row++) {
        List<Integer> truth = listOf(exact, row, 10);
        hits += (int) listOf(found, row, 10).stream().filter(truth::contains).count();
      }
      double recall = hits / 30_000.0;
      assertThat(lists.report().recall()).isGreaterThanOrEqualTo(0.9);
      assertThat(lists.report().nprobe().orElseThrow()).isLessThan(30);
      assertThat(recall).isCloseTo(lists.report().recall(), within(0.04));
    }
  }

  @Test
  void an_inverted_file_whose_cells_are_all_searched_is_exact() {
    float[] rows = groupedRows(700, 8, 9, 2);
    RowBlocks matrix = RowBlocks.of(LocalSpark.context(), rows, 8);

    try (NeighbourLists lists =
        Neighbours.find(LocalSpark.context(), matrix, 6, new Search.InvertedFile(12, 1))) {
      int[] exact = find(rows, 8, 6);
      int[] found = lists.collect();
      int same = 0;
      for (int i = 0; i < exact.length; i++) {
        same += exact[i] == found[i] ? 1 : 0;
      }
      assertThat(same / (double) exact.length).isGreaterThan(0.999);
    }
  }

  @Test
  void rows_of_several_waves_find_and_are_told_of_as_those_of_one() {
    int rows = 70_000;
    int count = 4;
    float[] values = groupedRows(rows, 4, 200, 3);
    RowBlocks matrix = RowBlocks.of(LocalSpark.context(), values, 4);
    List<String> told = new ArrayList<>();
    Progress progress = (stage, total, unit) -> done -> told.add(done + "/" + total);

    try (NeighbourLists lists =
            Neighbours.find(
                LocalSpark.context(),
                matrix,
                count,
                new Search.InvertedFile(200, 1),
                progress,
                "neighbours");
        Smoothing smoothed = Smoothing.of(LocalSpark.context(), matrix, lists, count, progress)) {
      assertThat(told).containsExactly("0/2", "1/2", "2/2", "0/2", "1/2", "2/2");
      int[] found = lists.collect();
      float[] means = smoothed.rows().collect();
      for (int row = 0; row < rows; row += 7_001) {
        double worst = cosine(values, row, found[row * count + count - 1]);
        int self = row;
        long better =
            IntStream.range(0, rows)
                .filter(other -> other != self && cosine(values, self, other) > worst + 1e-6)
                .count();
        assertThat(better).isLessThan(count);
        float[] expected = Arrays.copyOfRange(values, row * 4, row * 4 + 4);
        for (int i = 0; i < 4 * count; i++) {
          expected[i % 4] += values[found[row * count + i / 4] * 4 + i % 4] / count;
        }
        UnitRows.normalise(expected, 4);
        assertThat(Arrays.copyOfRange(means, row * 4, row * 4 + 4))
            .containsExactly(expected, within(1e-5f));
      }
    }
  }

  @Test
  void smoothing_adds_the_mean_of_the_nearest_rows() {
    float[] rows = unitRows(300, 6, 4);
    RowBlocks matrix = RowBlocks.of(LocalSpark.context(), rows, 6);
    int[] lists = find(rows, 6, 3);
    float[] expected = rows.clone();
    for (int row = 0; row < 300; row++) {
      for (int n = 0; n < 3; n++) {
        for (int j = 0; j < 6; j++) {
          expected[row * 6 + j] += rows[lists[row * 3 + n] * 6 + j] / 3;
        }
      }
    }
    UnitRows.normalise(expected, 6);

    try (NeighbourLists found =
            Neighbours.find(LocalSpark.context(), matrix, 5, new Search.Exact());
        Smoothing smoothed =
            Smoothing.of(LocalSpark.context(), matrix, found, 3, Progress.SILENT)) {
      float[] values = smoothed.rows().collect();
      for (int i = 0; i < values.length; i++) {
        assertThat(values[i]).isCloseTo(expected[i], within(1e-5f));
      }
    }
  }

  private static double cosine(float[] rows, int one, int other) {
    double sum = 0;
    for (int j = 0; j < 4; j++) {
      sum += rows[one * 4 + j] * rows[other * 4 + j];
    }
    return sum;
  }

  private static float[] groupedRows(int rows, int width, int groups, long seed) {
    float[] centres = unitRows(groups, width, seed);
    float[] values = unitRows(rows, width, seed + 1);
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.5f * values[i] + centres[i / width % groups * width + i % width];
    }
    UnitRows.normalise(values, width);
    return values;
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
