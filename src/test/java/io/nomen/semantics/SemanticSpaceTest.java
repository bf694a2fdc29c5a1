package io.nomen.semantics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nomen.NomenException;
import io.nomen.kmeans.SphericalKMeans;
import io.nomen.semantics.SemanticCentres.SemanticOptions;
import io.nomen.semantics.SemanticCentres.SemanticSpace;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import io.nomen.testing.LocalSpark;
import io.nomen.testing.RandomRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SemanticSpaceTest {
  private static final int WIDTH = 24;

  @Test
  void the_number_of_centres_follows_the_papers_settings() {
    assertThat(SemanticCentres.automatic(5_000, 10)).isEqualTo(17);
    assertThat(SemanticCentres.automatic(50_000, 10)).isEqualTo(167);
    assertThat(SemanticCentres.automatic(50_000, 20)).isEqualTo(167);
    assertThat(SemanticCentres.automatic(13_000, 10)).isEqualTo(43);
    assertThat(SemanticCentres.automatic(19_500, 15)).isEqualTo(65);
    assertThat(SemanticCentres.automatic(3_760, 47)).isEqualTo(141);
    assertThat(SemanticCentres.automatic(9_537, 101)).isEqualTo(303);
    assertThat(SemanticCentres.automatic(1_281_167, 1000)).isEqualTo(4271);
  }

  @Test
  void there_are_never_more_centres_than_images() {
    assertThat(SemanticCentres.automatic(20, 10)).isEqualTo(20);
    assertThat(SemanticCentres.automatic(1, 1)).isEqualTo(1);
  }

  @Test
  void asks_for_no_more_than_ten_thousand_centres_unless_there_are_more_clusters() {
    assertThat(SemanticCentres.automatic(3_000_000, 200)).isEqualTo(10_000);
    assertThat(SemanticCentres.automatic(100_000_000, 200)).isEqualTo(10_000);
    assertThat(SemanticCentres.automatic(1_000_000, 4_000)).isEqualTo(10_000);
    assertThat(SemanticCentres.automatic(100_000_000, 12_000)).isEqualTo(12_000);
  }

  @Test
  void every_centre_keeps_its_own_most_probable_nouns() {
    Matrix centres = RandomRows.anywhere(6, WIDTH, 1);
    NounMatrix nouns = nouns(RandomRows.anywhere(200, WIDTH, 2));
    int[] selected = SemanticCentres.NounSelection.select(centres, nouns, 3);
    assertThat(selected).isSorted().doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(18);
    double[][] probabilities = probabilities(centres, nouns.embeddings());
    for (int noun = 0; noun < nouns.size(); noun++) {
      int owner = best(probabilities[noun]);
      double own = probabilities[noun][owner];
      long better =
          IntStream.range(0, nouns.size())
              .filter(other -> best(probabilities[other]) == owner)
              .filter(other -> probabilities[other][owner] > own)
              .count();
      int number = noun;
      assertThat(IntStream.of(selected).anyMatch(s -> s == number))
          .as("noun %d, %d better ones", noun, better)
          .isEqualTo(better < 3);
    }
  }

  @Test
  void fewer_nouns_than_centres_are_all_kept() {
    NounMatrix nouns = nouns(RandomRows.anywhere(4, WIDTH, 3));
    assertThat(SemanticCentres.NounSelection.select(RandomRows.anywhere(9, WIDTH, 4), nouns, 5))
        .containsExactly(0, 1, 2, 3);
  }

  @Test
  void nouns_of_another_model_are_refused_with_both_widths() {
    NounMatrix nouns = nouns(RandomRows.anywhere(4, WIDTH, 3));
    assertThatThrownBy(
            () -> SemanticCentres.NounSelection.select(RandomRows.anywhere(2, 8, 4), nouns, 5))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("8 columns")
        .hasMessageContaining("have " + WIDTH);
  }

  @Test
  void an_empty_vocabulary_and_a_zero_embedding_are_refused() {
    assertThatThrownBy(() -> new NounMatrix(List.of(), new Matrix(0, 4, new float[0])))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("no noun");
    assertThatThrownBy(() -> new NounMatrix(List.of("dog"), new Matrix(1, 4, new float[4])))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("\"dog\"");
  }

  @Test
  void counterparts_are_the_softmax_mixtures_of_the_nouns() {
    Matrix images = RandomRows.anywhere(30, WIDTH, 5);
    Matrix nouns = RandomRows.anywhere(11, WIDTH, 6);
    float[] found = TextCounterparts.of(blocks(images), nouns, 0.1).collect();
    for (int i = 0; i < images.rows(); i++) {
      double[] weights = softmax(images.row(i), nouns, 0.1);
      double[] mixture = new double[WIDTH];
      for (int t = 0; t < nouns.rows(); t++) {
        for (int j = 0; j < WIDTH; j++) {
          mixture[j] += weights[t] * nouns.row(t)[j];
        }
      }
      double length =
          Math.sqrt(IntStream.range(0, WIDTH).mapToDouble(j -> mixture[j] * mixture[j]).sum());
      for (int j = 0; j < WIDTH; j++) {
        assertThat((double) found[i * WIDTH + j]).isCloseTo(mixture[j] / length, within(2e-6));
      }
    }
  }

  @Test
  void beside_each_other_counterpart_and_embedding_are_unit_rows_with_mean_cosines() {
    Matrix images = RandomRows.anywhere(10, WIDTH, 7);
    Matrix nouns = RandomRows.anywhere(5, WIDTH, 8);
    float[] text = TextCounterparts.of(blocks(images), nouns, 0.005).collect();
    RowBlocks beside = TextCounterparts.beside(blocks(images), nouns, 0.005);
    assertThat(beside.width()).isEqualTo(2 * WIDTH);
    float[] both = beside.collect();
    double mean =
        (dot(text, 0, text, WIDTH, WIDTH) + dot(images.values(), 0, images.values(), WIDTH, WIDTH))
            / 2;
    assertThat(dot(both, 0, both, 0, 2 * WIDTH)).isCloseTo(1, within(1e-6));
    assertThat(dot(both, 0, both, 2 * WIDTH, 2 * WIDTH)).isCloseTo(mean, within(1e-6));
  }

  @Test
  void noun_scores_are_cluster_means_less_the_overall_mean() {
    Matrix images = RandomRows.anywhere(40, WIDTH, 9);
    Matrix nouns = RandomRows.anywhere(7, WIDTH, 10);
    int[] clusters = IntStream.range(0, 40).map(i -> i % 3).toArray();
    int[] other = IntStream.range(0, 40).map(i -> i < 10 ? 0 : 1).toArray();
    NounScores found =
        NounScores.of(
            blocks(images), nouns, IntStream.range(0, 40).toArray(), List.of(clusters, other), 3);
    double[] best = {-1, -1};
    for (int noun = 0; noun < 7; noun++) {
      int t = noun;
      double all = mean(images, nouns, t, IntStream.range(0, 40));
      for (int c = 0; c < 3; c++) {
        int cluster = c;
        double own =
            mean(images, nouns, t, IntStream.range(0, 40).filter(i -> clusters[i] == cluster));
        assertThat((double) found.scores()[c][t]).isCloseTo(own - all, within(1e-5));
      }
      best[0] = Math.max(best[0], mean(images, nouns, t, IntStream.range(0, 10)) - all);
      best[1] = Math.max(best[1], mean(images, nouns, t, IntStream.range(10, 40)) - all);
    }
    double[] maxima = found.maxima().get(0);
    assertThat(maxima[0]).isCloseTo(best[0], within(1e-5));
    assertThat(maxima[1]).isCloseTo(best[1], within(1e-5));
    assertThat(maxima[2]).isZero();
  }

  @Test
  void names_look_at_enough_images_of_every_cluster_and_of_all_where_they_are_few() {
    int rows = 50_000;
    int[] clusters = new int[rows];
    Arrays.fill(clusters, 700, 720, 1);
    Arrays.fill(clusters, 31_000, 31_050, 2);
    List<AssignmentBlock> blocks = new ArrayList<>();
    for (int first = 0; first < rows; first += 5_000) {
      int[] own = Arrays.copyOfRange(clusters, first, first + 5_000);
      float[] sure = new float[own.length];
      blocks.add(new AssignmentBlock(first, own, sure, own, sure));
    }
    NamingSample one = NamingSample.of(LocalSpark.context().parallelize(blocks, 1), rows);
    NamingSample many = NamingSample.of(LocalSpark.context().parallelize(blocks, 7), rows);

    assertThat(many.rows()).containsExactly(one.rows()).isSorted();
    assertThat(many.clusters()).containsExactly(one.clusters());
    for (int i = 0; i < one.rows().length; i++) {
      assertThat(one.clusters()[i]).isEqualTo(clusters[one.rows()[i]]);
    }
    assertThat(Arrays.stream(one.clusters()).filter(c -> c == 1).count()).isEqualTo(20);
    assertThat(Arrays.stream(one.clusters()).filter(c -> c == 2).count()).isBetween(32L, 50L);
    assertThat(one.rows().length).isBetween(16_667, 16_800);
    NamingSample few =
        NamingSample.of(LocalSpark.context().parallelize(blocks.subList(0, 2), 2), 10_000);
    assertThat(few.rows()).hasSize(10_000);
  }

  @Test
  void the_space_of_planted_places_selects_their_nouns() {
    Matrix places = RandomRows.anywhere(4, WIDTH, 11);
    Matrix images = RandomRows.around(200, places, 0.05, 12);
    Matrix near = RandomRows.around(8, places, 0.05, 13);
    Matrix far = RandomRows.anywhere(40, WIDTH, 14);
    float[] values = new float[48 * WIDTH];
    System.arraycopy(near.values(), 0, values, 0, near.values().length);
    System.arraycopy(far.values(), 0, values, near.values().length, far.values().length);
    SemanticOptions two =
        new SemanticOptions(
            java.util.OptionalInt.of(4), SphericalKMeans.Options.withRestarts(2), 2, 0.005);
    SemanticSpace space =
        SemanticCentres.find(blocks(images), nouns(new Matrix(48, WIDTH, values)), 4, two, 0);
    assertThat(space.selected()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    assertThat(space.nouns().words())
        .containsExactly(
            "noun 0", "noun 1", "noun 2", "noun 3", "noun 4", "noun 5", "noun 6", "noun 7");
  }

  private static double mean(Matrix images, Matrix nouns, int noun, IntStream rows) {
    return rows.mapToDouble(i -> softmax(images.row(i), nouns, NounScores.TEMPERATURE)[noun])
        .average()
        .orElseThrow();
  }

  private static double[] softmax(float[] row, Matrix targets, double temperature) {
    double[] cosines =
        IntStream.range(0, targets.rows())
            .mapToDouble(t -> dot(row, 0, targets.row(t), 0, row.length))
            .toArray();
    double top = java.util.Arrays.stream(cosines).max().orElseThrow();
    double[] weights =
        java.util.Arrays.stream(cosines).map(c -> Math.exp((c - top) / temperature)).toArray();
    double sum = java.util.Arrays.stream(weights).sum();
    return java.util.Arrays.stream(weights).map(w -> w / sum).toArray();
  }

  private static double[][] probabilities(Matrix centres, Matrix nouns) {
    return IntStream.range(0, nouns.rows())
        .mapToObj(noun -> softmax(nouns.row(noun), centres, 1))
        .toArray(double[][]::new);
  }

  private static int best(double[] values) {
    return IntStream.range(0, values.length)
        .reduce((a, b) -> values[b] > values[a] ? b : a)
        .orElseThrow();
  }

  private static double dot(float[] a, int fromA, float[] b, int fromB, int length) {
    return IntStream.range(0, length).mapToDouble(j -> (double) a[fromA + j] * b[fromB + j]).sum();
  }

  private static NounMatrix nouns(Matrix embeddings) {
    return new NounMatrix(
        IntStream.range(0, embeddings.rows()).mapToObj(i -> "noun " + i).toList(), embeddings);
  }

  private static RowBlocks blocks(Matrix rows) {
    return RowBlocks.of(LocalSpark.context(), rows.values(), rows.width());
  }
}
