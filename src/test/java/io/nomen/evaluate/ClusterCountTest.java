package io.nomen.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.evaluate.ClusterCount.Choice;
import io.nomen.evaluate.ClusterCount.Trial;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/**
 * The curves are measured: test splits of three sets of CLIP ViT-B/32 features, clustered without
 * training on text counterparts and images side by side, as they are and centred; five restarts.
 * Rows: K, silhouette, stability in per cent, distinctness.
 */
class ClusterCountTest {
  private static final double[][] OXFORD_PETS_PLAIN = {
    {4, 0.274, 58.9, 1.0},
    {5, 0.29, 63.7, 1.0},
    {6, 0.237, 54.8, 1.0},
    {8, 0.236, 53.0, 1.0},
    {10, 0.273, 56.1, 1.0},
    {12, 0.268, 59.2, 1.0},
    {15, 0.277, 60.6, 1.0},
    {19, 0.344, 64.1, 1.0},
    {24, 0.348, 67.7, 1.0},
    {30, 0.341, 70.0, 1.0},
    {37, 0.304, 70.2, 0.89},
    {47, 0.283, 65.0, 0.87},
    {58, 0.233, 65.0, 0.74},
    {73, 0.23, 65.5, 0.71},
    {91, 0.209, 62.8, 0.65},
    {114, 0.166, 58.1, 0.56},
    {142, 0.149, 54.8, 0.49},
    {178, 0.109, 50.8, 0.42},
    {222, 0.102, 47.3, 0.36}
  };

  private static final double[][] OXFORD_PETS_CENTRED = {
    {4, 0.252, 51.8, 1.0},
    {5, 0.227, 69.2, 1.0},
    {6, 0.232, 61.5, 1.0},
    {8, 0.249, 52.9, 1.0},
    {10, 0.264, 55.4, 1.0},
    {12, 0.285, 67.4, 1.0},
    {15, 0.286, 63.7, 1.0},
    {19, 0.319, 66.6, 1.0},
    {24, 0.334, 67.9, 1.0},
    {30, 0.311, 70.5, 0.93},
    {37, 0.282, 68.5, 0.95},
    {47, 0.229, 65.4, 0.79},
    {58, 0.252, 66.5, 0.76},
    {73, 0.213, 65.8, 0.71},
    {91, 0.173, 62.2, 0.58},
    {114, 0.156, 56.4, 0.56},
    {142, 0.133, 52.1, 0.46},
    {178, 0.107, 48.1, 0.39},
    {222, 0.104, 44.3, 0.35}
  };

  private static final double[][] DTD_PLAIN = {
    {4, 0.147, 72.9, 1.0},
    {5, 0.135, 41.7, 1.0},
    {6, 0.091, 47.2, 1.0},
    {8, 0.098, 41.4, 1.0},
    {10, 0.121, 39.8, 1.0},
    {12, 0.117, 41.6, 1.0},
    {15, 0.127, 50.6, 1.0},
    {19, 0.131, 56.5, 1.0},
    {24, 0.147, 53.6, 0.96},
    {30, 0.192, 60.5, 0.97},
    {37, 0.175, 55.1, 0.95},
    {47, 0.187, 55.8, 0.96},
    {58, 0.196, 56.9, 0.91},
    {73, 0.175, 51.0, 0.88},
    {91, 0.161, 51.7, 0.76},
    {114, 0.153, 45.8, 0.79},
    {142, 0.154, 46.2, 0.75}
  };

  private static final double[][] DTD_CENTRED = {
    {4, 0.199, 74.9, 1.0},
    {5, 0.161, 51.0, 1.0},
    {6, 0.168, 58.7, 1.0},
    {8, 0.145, 51.0, 1.0},
    {10, 0.171, 48.2, 1.0},
    {12, 0.164, 45.1, 1.0},
    {15, 0.166, 53.4, 1.0},
    {19, 0.178, 51.4, 1.0},
    {24, 0.195, 58.2, 1.0},
    {30, 0.214, 66.8, 0.93},
    {37, 0.222, 66.3, 0.97},
    {47, 0.241, 64.8, 0.94},
    {58, 0.24, 62.9, 0.95},
    {73, 0.242, 61.7, 0.97},
    {91, 0.224, 57.9, 0.9},
    {114, 0.176, 55.2, 0.76},
    {142, 0.2, 53.4, 0.75}
  };

  private static final double[][] CALTECH101_PLAIN = {
    {4, 0.175, 53.0, 1.0},
    {5, 0.201, 46.6, 1.0},
    {6, 0.212, 55.7, 1.0},
    {8, 0.211, 55.0, 1.0},
    {10, 0.221, 52.4, 1.0},
    {12, 0.235, 55.4, 1.0},
    {15, 0.256, 46.9, 1.0},
    {19, 0.247, 47.8, 1.0},
    {24, 0.236, 48.5, 0.96},
    {30, 0.248, 50.5, 0.97},
    {37, 0.253, 54.2, 0.97},
    {47, 0.27, 55.3, 0.94},
    {58, 0.297, 56.0, 0.93},
    {73, 0.265, 57.0, 0.93},
    {91, 0.285, 58.1, 0.88},
    {114, 0.275, 60.7, 0.8},
    {142, 0.252, 59.6, 0.79},
    {178, 0.26, 59.9, 0.71},
    {222, 0.212, 58.1, 0.64}
  };

  private static final double[][] CALTECH101_CENTRED = {
    {4, 0.207, 52.4, 1.0},
    {5, 0.215, 50.7, 1.0},
    {6, 0.232, 57.1, 1.0},
    {8, 0.248, 64.0, 1.0},
    {10, 0.26, 62.0, 1.0},
    {12, 0.27, 64.5, 1.0},
    {15, 0.282, 59.3, 1.0},
    {19, 0.292, 60.9, 1.0},
    {24, 0.272, 55.1, 1.0},
    {30, 0.286, 53.9, 0.97},
    {37, 0.301, 57.8, 0.97},
    {47, 0.294, 61.7, 0.94},
    {58, 0.31, 64.2, 0.97},
    {73, 0.351, 62.6, 0.93},
    {91, 0.318, 61.9, 0.88},
    {114, 0.342, 63.1, 0.83},
    {142, 0.312, 60.5, 0.79},
    {178, 0.264, 62.3, 0.73},
    {222, 0.24, 59.5, 0.7}
  };

  @Test
  void lands_within_30_per_cent_on_three_sets_of_37_47_and_100_classes() {
    assertThat(choose(OXFORD_PETS_PLAIN).clusters()).isEqualTo(27).isBetween(26, 48);
    assertThat(choose(OXFORD_PETS_CENTRED).clusters()).isEqualTo(27).isBetween(26, 48);
    assertThat(choose(DTD_PLAIN).clusters()).isEqualTo(42).isBetween(33, 61);
    assertThat(choose(DTD_CENTRED).clusters()).isEqualTo(46).isBetween(33, 61);
    assertThat(choose(CALTECH101_PLAIN).clusters()).isEqualTo(91).isBetween(70, 130);
    assertThat(choose(CALTECH101_CENTRED).clusters()).isEqualTo(81).isBetween(70, 130);
  }

  @Test
  void the_order_of_the_trials_does_not_matter_and_the_reason_names_figures() {
    double[][] reversed = OXFORD_PETS_PLAIN.clone();
    Collections.reverse(Arrays.asList(reversed));
    Choice choice = choose(reversed);
    assertThat(choice.clusters()).isEqualTo(27);
    assertThat(choice.curve().get(0).trial().clusters()).isEqualTo(4);
    assertThat(choice.reason())
        .isEqualTo(
            "of 19 numbers tried, from 4 to 222, separation × stability is best from K = 24 to 30"
                + " (silhouette 0.348, agreement of restarts 68 % at K = 24)");
  }

  @Test
  void numbers_without_names_of_their_own_are_left_out() {
    double[][] trials = {{4, 0.2, 80, 1}, {5, 0.3, 80, 1}, {6, 0.9, 90, 0.5}, {8, 0.9, 90, 0.4}};
    assertThat(choose(trials).clusters()).isEqualTo(5);
    double[][] without = {{4, 0.2, 80, 0.5}, {5, 0.3, 80, 0.5}, {6, 0.9, 90, 0.5}};
    assertThat(choose(without).clusters()).isEqualTo(6);
    assertThat(
            ClusterCount.choose(List.of(new Trial(7, 0.5, 50, OptionalDouble.empty()))).clusters())
        .isEqualTo(7);
  }

  @Test
  void says_so_when_nothing_stands_out() {
    Choice choice = choose(new double[][] {{4, -0.2, 3, 1}, {5, -0.1, 2, 1}, {6, -0.3, 0, 1}});
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
        Arrays.stream(rows)
            .map(r -> new Trial((int) r[0], r[1], r[2], OptionalDouble.of(r[3])))
            .toList());
  }
}
