package io.nomen.kmeans;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.NomenException;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.testing.LocalSpark;
import io.nomen.testing.RandomRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SphericalKMeansTest {
  private static final int WIDTH = 16;
  private static final SphericalKMeans.Options FEW_STARTS = SphericalKMeans.Options.withRestarts(2);

  @Test
  void finds_planted_clusters_and_numbers_them_by_size() {
    Matrix planted = RandomRows.anywhere(3, WIDTH, 1);
    Matrix large = RandomRows.around(120, planted.select(new int[] {1}), 0.05, 2);
    Matrix middle = RandomRows.around(70, planted.select(new int[] {0}), 0.05, 3);
    Matrix small = RandomRows.around(30, planted.select(new int[] {2}), 0.05, 4);
    SphericalKMeans.Fit fit = fit(joined(small, large, middle), 3, FEW_STARTS);
    assertThat(fit.best().sizes()).containsExactly(120, 70, 30);
    assertThat(cosine(fit.best().rows().row(0), planted.row(1))).isGreaterThan(0.99);
    assertThat(cosine(fit.best().rows().row(1), planted.row(0))).isGreaterThan(0.99);
    assertThat(cosine(fit.best().rows().row(2), planted.row(2))).isGreaterThan(0.99);
  }

  @Test
  void clusters_of_one_size_are_numbered_by_their_first_row() {
    Matrix rows = RandomRows.around(60, RandomRows.anywhere(4, WIDTH, 5), 0.05, 6);
    SphericalKMeans.Fit fit = fit(rows, 4, SphericalKMeans.Options.withRestarts(10));
    assertThat(fit.best().sizes()).containsExactly(15, 15, 15, 15);
    assertThat(Arrays.copyOf(clusters(rows, fit), 6)).containsExactly(0, 1, 2, 3, 0, 1);
  }

  @Test
  void centres_are_unit_rows_and_the_objective_is_the_mean_cosine_to_them() {
    Matrix rows = RandomRows.anywhere(300, WIDTH, 7);
    SphericalKMeans.Fit fit = fit(rows, 5, FEW_STARTS);
    int[] clusters = clusters(rows, fit);
    double sum = 0;
    for (int i = 0; i < rows.rows(); i++) {
      sum += cosine(rows.row(i), fit.best().rows().row(clusters[i]));
    }
    assertThat(fit.best().objective()).isCloseTo(sum / rows.rows(), within(1e-6));
    for (int c = 0; c < 5; c++) {
      float[] centre = fit.best().rows().row(c);
      assertThat(cosine(centre, centre)).isCloseTo(1, within(1e-6));
    }
  }

  @Test
  void every_row_is_with_its_nearest_centre_and_centres_are_their_rows_mean_directions() {
    Matrix rows = RandomRows.anywhere(200, WIDTH, 8);
    SphericalKMeans.Fit fit = fit(rows, 4, new SphericalKMeans.Options(2, true, 2, 200, 0, 64));
    int[] clusters = clusters(rows, fit);
    for (int c = 0; c < 4; c++) {
      float[] mean = new float[WIDTH];
      for (int i = 0; i < rows.rows(); i++) {
        float[] row = rows.row(i);
        for (int j = 0; clusters[i] == c && j < WIDTH; j++) {
          mean[j] += row[j];
        }
      }
      double cosine = cosine(mean, fit.best().rows().row(c)) / Math.sqrt(cosine(mean, mean));
      assertThat(cosine).isGreaterThan(0.999999);
    }
  }

  @Test
  void one_seed_gives_one_result_however_the_rows_are_partitioned() {
    Matrix rows = RandomRows.around(900, RandomRows.anywhere(12, WIDTH, 9), 0.3, 10);
    SphericalKMeans.Fit one = SphericalKMeans.fit(partitioned(rows, 1), 8, FEW_STARTS, 3);
    SphericalKMeans.Fit again = SphericalKMeans.fit(partitioned(rows, 1), 8, FEW_STARTS, 3);
    SphericalKMeans.Fit nine = SphericalKMeans.fit(partitioned(rows, 9), 8, FEW_STARTS, 3);
    assertThat(again.best().rows().values()).isEqualTo(one.best().rows().values());
    assertThat(nine.best().rows().values()).isEqualTo(one.best().rows().values());
    assertThat(nine.best().sizes()).isEqualTo(one.best().sizes());
  }

  @Test
  void of_many_rows_a_part_comes_near_first_and_all_take_few_passes() {
    Matrix directions = RandomRows.anywhere(60, WIDTH, 21);
    Matrix rows = RandomRows.around(300_000, directions, 0.3, 22);
    RowBlocks blocks = RowBlocks.of(LocalSpark.context(), rows.values(), WIDTH);
    SphericalKMeans.Options options = SphericalKMeans.Options.withoutMlLib(4, 2);
    List<Matrix> starts = new KMeansStarts(blocks, 40, options, 1).best();
    SphericalKMeans.Fit all = SphericalKMeans.finish(blocks, starts, options);
    SphericalKMeans.Fit fit = SphericalKMeans.fit(blocks, 40, options, 1);
    assertThat(fit.passes()).isLessThan(all.passes() / 2);
    assertThat(fit.best().objective()).isGreaterThan(all.best().objective() - 1e-3);
    assertThat(Arrays.stream(fit.best().sizes()).sum()).isEqualTo(300_000);
    assertThat(fit.finished()).hasSize(2);
  }

  @Test
  void passes_on_the_driver_and_by_Spark_collect_the_same_bits() {
    Matrix rows = RandomRows.around(900, RandomRows.anywhere(12, WIDTH, 9), 0.3, 10);
    Matrix centres = RandomRows.anywhere(8, WIDTH, 11);
    RowBlocks parted = partitioned(rows, 9);
    LloydTally here = SphericalKMeans.passes(parted, Long.MAX_VALUE).over(centres, 2);
    LloydTally there = SphericalKMeans.passes(parted, 0).over(centres, 2);
    for (int set = 0; set < 2; set++) {
      assertThat(here.cosineSum(set)).isEqualTo(there.cosineSum(set));
      assertThat(here.sizes(set)).isEqualTo(there.sizes(set));
      assertThat(here.firstRows(set)).isEqualTo(there.firstRows(set));
      for (int c = 0; c < 4; c++) {
        assertThat(here.sum(set, c)).isEqualTo(there.sum(set, c));
      }
    }
  }

  @Test
  void more_restarts_are_never_worse() {
    Matrix rows = RandomRows.around(400, RandomRows.anywhere(20, WIDTH, 11), 0.4, 12);
    double few =
        fit(rows, 10, new SphericalKMeans.Options(1, true, 1, 100, 1e-5, 64)).best().objective();
    double more =
        fit(rows, 10, new SphericalKMeans.Options(6, true, 6, 100, 1e-5, 64)).best().objective();
    assertThat(more).isGreaterThanOrEqualTo(few);
  }

  @Test
  void one_cluster_is_the_mean_direction() {
    Matrix rows = RandomRows.around(50, RandomRows.anywhere(1, WIDTH, 13), 0.2, 14);
    SphericalKMeans.Fit fit = fit(rows, 1, FEW_STARTS);
    assertThat(fit.best().sizes()).containsExactly(50);
    assertThat(clusters(rows, fit)).containsOnly(0);
  }

  @Test
  void as_many_clusters_as_rows_gives_every_row_its_own() {
    Matrix rows = RandomRows.anywhere(5, WIDTH, 15);
    SphericalKMeans.Fit fit = fit(rows, 5, FEW_STARTS);
    assertThat(fit.best().sizes()).containsExactly(1, 1, 1, 1, 1);
    assertThat(clusters(rows, fit)).containsExactly(0, 1, 2, 3, 4);
    assertThat(fit.best().objective()).isCloseTo(1, within(1e-6));
  }

  @Test
  void identical_rows_are_one_cluster_whatever_was_asked_for() {
    Matrix one = RandomRows.anywhere(1, WIDTH, 16);
    Matrix rows = one.select(new int[40]);
    SphericalKMeans.Fit fit = fit(rows, 3, FEW_STARTS);
    assertThat(fit.best().sizes()).containsExactly(40);
    assertThat(fit.passes()).isLessThan(10);
    assertThat(clusters(rows, fit)).containsOnly(0);
  }

  @Test
  void a_large_group_of_identical_rows_does_not_keep_others_from_being_found() {
    Matrix kinds = RandomRows.anywhere(4, WIDTH, 18);
    int[] pattern = new int[100];
    for (int i = 0; i < 30; i++) {
      pattern[i] = 1 + i % 3;
    }
    Matrix rows = kinds.select(pattern);
    // A start that has taken rows of the group twice.
    Matrix start = kinds.select(new int[] {0, 0, 0, 1});
    SphericalKMeans.Fit fit = SphericalKMeans.finish(blocks(rows), List.of(start), FEW_STARTS);
    assertThat(fit.best().sizes()).containsExactly(70, 10, 10, 10);
  }

  @Test
  void two_kinds_of_rows_are_at_most_two_clusters() {
    Matrix kinds = RandomRows.anywhere(2, WIDTH, 17);
    int[] pattern = new int[30];
    Arrays.fill(pattern, 0, 10, 1);
    SphericalKMeans.Fit fit = fit(kinds.select(pattern), 4, FEW_STARTS);
    assertThat(fit.best().sizes()).containsExactly(20, 10);
  }

  @Test
  void more_clusters_than_rows_is_a_usage_error_that_names_both() {
    assertThatThrownBy(() -> fit(RandomRows.anywhere(3, WIDTH, 18), 4, FEW_STARTS))
        .isInstanceOf(NomenException.class)
        .hasMessage("4 clusters are wanted of 3 rows; give at most 3.");
  }

  @Test
  void a_row_without_direction_is_an_input_error_that_names_it() {
    Matrix rows = RandomRows.anywhere(30, WIDTH, 19);
    Arrays.fill(rows.values(), 7 * WIDTH, 8 * WIDTH, 0);
    assertThatThrownBy(() -> fit(rows, 2, FEW_STARTS))
        .isInstanceOf(NomenException.class)
        .hasMessageStartingWith("Row 7 of the embeddings is zero or not finite");
    rows.values()[5 * WIDTH + 1] = Float.NaN;
    assertThatThrownBy(() -> fit(rows, 2, FEW_STARTS))
        .isInstanceOf(NomenException.class)
        .hasMessageStartingWith("Row 5 of the embeddings is zero or not finite");
  }

  @Test
  void confidences_are_probabilities_and_the_runner_up_is_second() {
    Matrix rows = RandomRows.anywhere(100, WIDTH, 20);
    SphericalKMeans.Fit fit = fit(rows, 5, FEW_STARTS);
    for (AssignmentBlock block : assigned(rows, fit)) {
      for (int i = 0; i < block.rows(); i++) {
        assertThat(block.runnerUp()[i]).isNotEqualTo(block.cluster()[i]);
        assertThat(block.confidence()[i]).isBetween(0.2f, 1f);
        assertThat(block.runnerUpConfidence()[i]).isBetween(0f, block.confidence()[i]);
        assertThat(block.confidence()[i] + block.runnerUpConfidence()[i]).isLessThan(1.00001f);
      }
    }
  }

  private static org.assertj.core.data.Offset<Double> within(double offset) {
    return org.assertj.core.data.Offset.offset(offset);
  }

  private static SphericalKMeans.Fit fit(
      Matrix rows, int clusters, SphericalKMeans.Options options) {
    return SphericalKMeans.fit(blocks(rows), clusters, options, 0);
  }

  private static RowBlocks blocks(Matrix rows) {
    return RowBlocks.of(LocalSpark.context(), rows.values(), rows.width());
  }

  private static List<AssignmentBlock> assigned(Matrix rows, SphericalKMeans.Fit fit) {
    return CentreAssignment.assign(blocks(rows), fit.best().rows()).collect();
  }

  private static int[] clusters(Matrix rows, SphericalKMeans.Fit fit) {
    return assigned(rows, fit).stream()
        .flatMapToInt(block -> Arrays.stream(block.cluster()))
        .toArray();
  }

  /** Blocks of 100 rows in {@code partitions} partitions. */
  private static RowBlocks partitioned(Matrix rows, int partitions) {
    List<RowBlock> blocks = new ArrayList<>();
    for (int first = 0; first < rows.rows(); first += 100) {
      float[] part = Arrays.copyOfRange(rows.values(), first * WIDTH, (first + 100) * WIDTH);
      blocks.add(new RowBlock(first, 100, WIDTH, part));
    }
    return new RowBlocks(LocalSpark.context().parallelize(blocks, partitions), rows.rows(), WIDTH);
  }

  private static Matrix joined(Matrix... parts) {
    int rows = Arrays.stream(parts).mapToInt(Matrix::rows).sum();
    float[] values = new float[rows * WIDTH];
    int filled = 0;
    for (Matrix part : parts) {
      System.arraycopy(part.values(), 0, values, filled, part.values().length);
      filled += part.values().length;
    }
    return new Matrix(rows, WIDTH, values);
  }

  private static double cosine(float[] a, float[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += (double) a[j] * b[j];
    }
    return sum;
  }
}
