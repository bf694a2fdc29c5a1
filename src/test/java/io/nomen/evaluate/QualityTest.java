package io.nomen.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nomen.tensor.Silhouette;
import java.util.List;
import org.junit.jupiter.api.Test;

class QualityTest {
  private static final int[] CLUSTERS = {0, 1, 2, 0, 1, 2, 0, 1, 0, 1, 0, 3};

  private static float[] rows() {
    float[] rows = new float[36];
    for (int r = 0; r < 12; r++) {
      double x = Math.cos(r * 1.3);
      double y = Math.sin(r * 0.7);
      double z = Math.cos(r * 2.1 + 1);
      double norm = Math.sqrt(x * x + y * y + z * z);
      rows[3 * r] = (float) (x / norm);
      rows[3 * r + 1] = (float) (y / norm);
      rows[3 * r + 2] = (float) (z / norm);
    }
    return rows;
  }

  /** The figures are scikit-learn's silhouette_score and silhouette_samples, metric="cosine". */
  @Test
  void silhouette_agrees_with_scikit_learn() {
    Silhouette silhouette = Silhouette.of(rows(), 3, CLUSTERS, 4, 100, 0);
    assertThat(silhouette.overall()).isCloseTo(-0.2778539701724392, within(1e-6));
    assertThat(silhouette.perCluster()[0]).isCloseTo(-0.38394425687615896, within(1e-6));
    assertThat(silhouette.perCluster()[1]).isCloseTo(-0.0003125381194913901, within(1e-6));
    assertThat(silhouette.perCluster()[2]).isCloseTo(-0.7066381026052552, within(1e-6));
    assertThat(silhouette.perCluster()[3]).isZero();
  }

  @Test
  void a_sample_is_the_same_for_one_seed_and_another_for_another() {
    Silhouette first = Silhouette.of(rows(), 3, CLUSTERS, 4, 5, 1);
    assertThat(Silhouette.of(rows(), 3, CLUSTERS, 4, 5, 1).overall()).isEqualTo(first.overall());
    assertThat(Silhouette.of(rows(), 3, CLUSTERS, 4, 5, 2).overall()).isNotEqualTo(first.overall());
  }

  @Test
  void a_single_cluster_has_silhouette_0_and_an_empty_one_none() {
    assertThat(Silhouette.of(rows(), 3, new int[12], 1, 100, 0).overall()).isZero();
    assertThat(Silhouette.of(rows(), 3, CLUSTERS, 5, 100, 0).perCluster()[4]).isNaN();
  }

  @Test
  void neighbour_consistency_counts_pairs_in_one_cluster() {
    int[] neighbours = {0, 1, 0, 1, 0, 0};
    assertThat(Quality.neighbourConsistency(new int[] {0, 0, 1}, neighbours))
        .isCloseTo(2.0 / 6, within(1e-12));
  }

  @Test
  void stability_is_the_mean_agreement_of_restarts() {
    int[] a = {0, 0, 1, 1};
    int[] b = {1, 1, 0, 0};
    int[] c = {0, 1, 0, 1};
    assertThat(Quality.stability(List.of(a, b))).isEqualTo(100);
    assertThat(Quality.stability(List.of(a, b, c))).isCloseTo((100 - 50 - 50) / 3.0, within(1e-9));
  }
}
