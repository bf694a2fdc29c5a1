package io.nomen.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.evaluate.ClusterCount.Choice;
import io.nomen.evaluate.ClusterCount.Trial;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The curves are measured: test splits of three sets of CLIP ViT-B/32 features, clustered without
 * training on text counterparts and images side by side, one selection of nouns for the whole
 * sweep, three restarts. Rows: K, silhouette, stability in per cent.
 */
class ClusterCountTest {
  private static final double[][] OXFORD_PETS = {
    {10, 0.242, 65.1},
    {12, 0.253, 65.9},
    {15, 0.303, 66.5},
    {19, 0.296, 61.2},
    {24, 0.349, 74.4},
    {30, 0.342, 70.9},
    {37, 0.307, 66.5},
    {47, 0.282, 67.6},
    {58, 0.256, 69.1},
    {73, 0.229, 65.5},
    {91, 0.212, 63.9},
    {114, 0.163, 58.7},
    {142, 0.141, 53.3}
  };

  private static final double[][] DTD = {
    {10, 0.079, 43.2},
    {12, 0.085, 37.6},
    {15, 0.1, 37.1},
    {19, 0.128, 46.8},
    {24, 0.14, 49.6},
    {30, 0.168, 55.0},
    {37, 0.166, 53.1},
    {47, 0.176, 56.0},
    {58, 0.176, 52.6},
    {73, 0.165, 52.8},
    {91, 0.171, 51.8},
    {114, 0.169, 48.3},
    {142, 0.15, 44.5}
  };

  private static final double[][] CALTECH101 = {
    {10, 0.199, 48.6},
    {12, 0.217, 53.9},
    {15, 0.223, 51.2},
    {19, 0.231, 52.3},
    {24, 0.217, 52.9},
    {30, 0.214, 49.4},
    {37, 0.223, 48.0},
    {47, 0.24, 52.5},
    {58, 0.271, 53.9},
    {73, 0.261, 58.7},
    {91, 0.286, 59.2},
    {114, 0.278, 61.0},
    {142, 0.254, 61.1}
  };

  @Test
  void lands_within_30_per_cent_on_three_sets_of_37_47_and_100_classes() {
    assertThat(choose(OXFORD_PETS).clusters()).isEqualTo(27).isBetween(26, 48);
    assertThat(choose(DTD).clusters()).isEqualTo(46).isBetween(33, 61);
    assertThat(choose(CALTECH101).clusters()).isEqualTo(114).isBetween(70, 130);
  }

  @Test
  void the_order_of_the_trials_does_not_matter_and_the_reason_names_figures() {
    double[][] reversed = OXFORD_PETS.clone();
    Collections.reverse(Arrays.asList(reversed));
    Choice choice = choose(reversed);
    assertThat(choice.clusters()).isEqualTo(27);
    assertThat(choice.curve().get(0).trial().clusters()).isEqualTo(10);
    assertThat(choice.reason())
        .isEqualTo(
            "of 13 numbers tried, from 10 to 142, separation × stability is best from K = 24 to 30"
                + " (silhouette 0.342, agreement of restarts 71 % at K = 30)");
  }

  @Test
  void says_so_when_nothing_stands_out() {
    Choice choice = choose(new double[][] {{4, -0.2, 3}, {5, -0.1, 2}, {6, -0.3, 0}});
    assertThat(choice.clusters()).isEqualTo(5);
    assertThat(choice.reason()).startsWith("no number of clusters stands out");
  }

  @Test
  void candidates_grow_by_even_ratios_and_stop_at_ten_images_a_cluster() {
    assertThat(ClusterCount.candidates(300, 1000))
        .containsExactly(4, 5, 6, 8, 10, 12, 15, 19, 24, 30);
    assertThat(ClusterCount.candidates(1_000_000, 20)).containsExactly(4, 5, 6, 8, 10, 12, 15, 19);
    assertThat(ClusterCount.candidates(12, 1000)).containsExactly(4);
    assertThat(ClusterCount.candidates(3, 1000)).containsExactly(1);
    assertThatThrownBy(() -> ClusterCount.choose(List.of()))
        .hasMessageContaining("at least one trial");
  }

  private static Choice choose(double[][] rows) {
    return ClusterCount.choose(
        Arrays.stream(rows).map(r -> new Trial((int) r[0], r[1], r[2])).toList());
  }
}
