package io.nomen.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import io.nomen.testing.KnownClusters;
import io.nomen.testing.LocalSpark;
import io.nomen.testing.RandomRows;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What two passes over blocks say, beside formulas over all rows at once, in double. */
class ClusterStatisticsTest {
  private static final int WIDTH = 20;
  private static final int CLUSTERS = 7;

  /** Rows that the silhouette is averaged over, as in the class. */
  private static final int SCORED = 4_000;

  private static RunQuality quality(float[] values, int[] clusters, int count, long seed) {
    RowBlocks rows = RowBlocks.of(LocalSpark.context(), values, WIDTH);
    return ClusterStatistics.of(rows, KnownClusters.of(rows, clusters), count, seed).quality();
  }

  private static double dot(float[] values, int a, int b) {
    double sum = 0;
    for (int j = 0; j < WIDTH; j++) {
      sum += (double) values[a * WIDTH + j] * values[b * WIDTH + j];
    }
    return sum;
  }

  /** Rousseeuw's formula as it stands: mean distances to the rows of every cluster. */
  private static double silhouette(float[] values, int[] clusters, int row) {
    double[] sums = new double[CLUSTERS];
    int[] others = new int[CLUSTERS];
    for (int other = 0; other < clusters.length; other++) {
      if (other != row) {
        sums[clusters[other]] += 1 - dot(values, row, other);
        others[clusters[other]]++;
      }
    }
    int own = clusters[row];
    if (others[own] == 0) {
      return 0;
    }
    double inside = sums[own] / others[own];
    double outside =
        IntStream.range(0, CLUSTERS)
            .filter(cluster -> cluster != own && others[cluster] > 0)
            .mapToDouble(cluster -> sums[cluster] / others[cluster])
            .min()
            .orElseThrow();
    return (outside - inside) / Math.max(inside, outside);
  }

  /** Rows around seven places, of which some are taken for the next one; one is alone. */
  private static int[] clusters(int rows, long seed) {
    Random random = new Random(seed);
    int[] clusters =
        IntStream.range(0, rows)
            .map(row -> (row + (random.nextInt(5) == 0 ? 1 : 0)) % (CLUSTERS - 1))
            .toArray();
    clusters[rows / 2] = CLUSTERS - 1;
    return clusters;
  }

  private static float[] values(int rows) {
    Matrix places = RandomRows.anywhere(CLUSTERS - 1, WIDTH, 1);
    return RandomRows.around(rows, places, 0.3, 2).values();
  }

  @Test
  void the_silhouette_is_the_mean_over_the_sample_of_distances_to_all_rows() {
    int rows = 9_000;
    float[] values = values(rows);
    int[] clusters = clusters(rows, 3);
    RunQuality found = quality(values, clusters, CLUSTERS, 5);

    int[] sampled = RowSample.numbers(rows, SCORED, 5);
    double[] expected =
        Arrays.stream(sampled).mapToDouble(row -> silhouette(values, clusters, row)).toArray();
    assertThat(sampled).hasSize(SCORED);
    assertThat(found.silhouette().overall())
        .isCloseTo(Arrays.stream(expected).average().orElseThrow(), within(1e-9));
    for (int cluster = 0; cluster < CLUSTERS - 1; cluster++) {
      int own = cluster;
      double mean =
          IntStream.range(0, sampled.length)
              .filter(i -> clusters[sampled[i]] == own)
              .mapToDouble(i -> expected[i])
              .average()
              .orElseThrow();
      assertThat(found.silhouette().perCluster()[cluster]).isCloseTo(mean, within(1e-9));
    }
  }

  @Test
  void a_cluster_without_rows_has_numbers_too() {
    RunQuality found = quality(values(200), clusters(200, 3), CLUSTERS + 1, 5);
    assertThat(found.meanConfidence()[CLUSTERS]).isZero();
  }

  @Test
  void with_fewer_rows_than_the_sample_all_are_scored_and_the_order_of_blocks_is_no_matter() {
    int rows = 700;
    float[] values = values(rows);
    int[] clusters = clusters(rows, 4);
    double expected =
        IntStream.range(0, rows)
            .mapToDouble(row -> silhouette(values, clusters, row))
            .average()
            .orElseThrow();

    RunQuality found = quality(values, clusters, CLUSTERS, 0);
    assertThat(found.silhouette().overall()).isCloseTo(expected, within(1e-9));
    assertThat(found.silhouette().perCluster()[CLUSTERS - 1]).as("alone").isZero();
    assertThat(quality(values, clusters, CLUSTERS, 1).silhouette().overall())
        .isCloseTo(expected, within(1e-12));
  }
}
