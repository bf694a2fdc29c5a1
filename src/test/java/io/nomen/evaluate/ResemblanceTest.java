package io.nomen.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.run.ResemblanceBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.UnitRows;
import io.nomen.testing.LocalSpark;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.MapOutputTrackerMaster;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Option;

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

  private static int[] groups(Resemblance found) {
    return found.blocks().collect().stream()
        .flatMapToInt(block -> Arrays.stream(block.duplicateOf()))
        .toArray();
  }

  private static float[] scores(Resemblance found) {
    List<ResemblanceBlock> blocks = found.blocks().collect();
    FloatBuffer scores =
        FloatBuffer.allocate(blocks.stream().mapToInt(b -> b.outlierScore().length).sum());
    blocks.forEach(block -> scores.put(block.outlierScore()));
    return scores.array();
  }

  @Test
  void pairs_that_are_too_many_for_the_driver_make_the_same_groups() {
    float[] values = random(6_000, 5);
    for (int row = 0; row < 40; row++) {
      near(values, 4_000 + 31 * row, row % 7 == 0 ? row : 4_000 + 31 * (row - 1), 0.99);
      near(values, 100 + row, 4_000 + 31 * ((row * 17) % 40), 0.99);
    }
    RowBlocks rows = RowBlocks.of(LocalSpark.context(), values, WIDTH);
    int[] expected = groups(Resemblance.of(rows, 0.97));
    assertThat(IntStream.range(0, 6_000).filter(row -> expected[row] != row))
        .hasSizeGreaterThan(60);
    assertThat(groups(Resemblance.of(rows, 0.97, 0))).isEqualTo(expected);
  }

  /** What an executor held goes as it does with it: blocks and outputs of shuffles. */
  @Test
  void blocks_that_were_lost_behind_closed_neighbours_are_there_again(@TempDir Path folder) {
    JavaSparkContext spark = LocalSpark.context();
    float[] values = random(6_000, 6);
    for (int row = 0; row < 40; row++) {
      near(values, 5_000 + row, row, 0.99);
    }
    RowBlocks rows = RowBlocks.of(spark, values, WIDTH);
    spark.setCheckpointDir(folder.toString());
    try {
      for (int mostPairs : new int[] {1_000, 0}) {
        try (Resemblance found = Resemblance.of(rows, 0.97, mostPairs)) {
          int[] expected = groups(found);
          float[] scores = scores(found);
          spark
              .getPersistentRDDs()
              .keySet()
              .forEach(rdd -> SparkEnv.get().blockManager().removeRdd(rdd));
          ((MapOutputTrackerMaster) SparkEnv.get().mapOutputTracker())
              .removeOutputsOnExecutor(SparkEnv.get().executorId());
          assertThat(groups(found)).isEqualTo(expected);
          assertThat(scores(found)).isEqualTo(scores);
        }
      }
    } finally {
      spark.sc().checkpointDir_$eq(Option.empty());
    }
  }

  @Test
  void a_chain_of_pairs_is_one_group_that_goes_by_its_first_row() {
    float[] values = random(300, 1);
    near(values, 250, 40, 0.98);
    near(values, 120, 250, 0.98);
    near(values, 7, 299, 0.96);
    int[] groups = groups(of(values, 0.97));
    assertThat(IntStream.of(40, 120, 250).map(row -> groups[row])).containsOnly(40);
    assertThat(IntStream.range(0, 300).filter(row -> groups[row] != row)).containsExactly(120, 250);
    assertThat(groups(of(values, 0.95))[299]).isEqualTo(7);
  }

  @Test
  void more_equal_rows_than_neighbours_are_still_one_group() {
    float[] values = random(200, 2);
    for (int row = 90; row < 150; row++) {
      System.arraycopy(values, 3 * WIDTH, values, row * WIDTH, WIDTH);
    }
    int[] groups = groups(of(values, 0.999));
    assertThat(Arrays.stream(groups, 90, 150)).containsOnly(3);
    Resemblance.Provenance found = of(values, 0.999).provenance();
    assertThat(found.duplicateGroups()).isEqualTo(1);
    assertThat(found.imagesLikeAnEarlierOne()).isEqualTo(60);
  }

  @Test
  void the_outlier_score_is_the_mean_cosine_distance_to_the_ten_nearest() {
    float[] values = random(250, 3);
    float[] scores = scores(of(values, 0.97));
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
    assertThat(found.provenance().search().search()).isEqualTo("inverted-file");
    int[] groups = groups(found);
    for (int pair = 0; pair < 100; pair++) {
      assertThat(groups[rows - 1 - 3 * pair]).isEqualTo(50 * pair);
    }
    assertThat(found.provenance().imagesLikeAnEarlierOne()).isEqualTo(100);
  }
}
