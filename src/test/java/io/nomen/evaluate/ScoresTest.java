package io.nomen.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nomen.evaluate.Scores.ConfusionMatrix;
import io.nomen.evaluate.Scores.LabelTable;
import io.nomen.evaluate.Scores.RunComparison;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Expected figures are scikit-learn's (and SciPy's assignment) for the same arrays. */
class ScoresTest {
  private static final int[] ROWS = IntStream.range(0, 60).toArray();
  private static final int[] BLOCKS = IntStream.of(ROWS).map(i -> i / 12).toArray();
  private static final int[] NEARLY = IntStream.of(ROWS).map(ScoresTest::nearly).toArray();

  private static int nearly(int i) {
    if (i % 7 == 0) {
      return 5;
    }
    return i % 5 == 0 ? (i / 12 + 1) % 5 : i / 12;
  }

  @Test
  void agree_with_scikit_learn_on_a_clustering_near_the_labels() {
    Scores scores = Scores.of(BLOCKS, NEARLY);
    assertThat(scores.acc()).isCloseTo(68.33333333333333, within(1e-9));
    assertThat(scores.nmi()).isCloseTo(55.99287396328075, within(1e-9));
    assertThat(scores.ari()).isCloseTo(42.59416211818151, within(1e-9));
  }

  @Test
  void agree_with_scikit_learn_below_chance() {
    int[] labels = IntStream.of(ROWS).map(i -> (i * 7 + 3) % 5).toArray();
    int[] clusters = IntStream.of(ROWS).map(i -> (i * i + i / 4) % 4).toArray();
    Scores scores = Scores.of(labels, clusters);
    assertThat(scores.acc()).isCloseTo(26.666666666666668, within(1e-9));
    assertThat(scores.nmi()).isCloseTo(2.1216533809272073, within(1e-9));
    assertThat(scores.ari()).isCloseTo(-4.264051989510889, within(1e-9));
  }

  @Test
  void are_100_whatever_the_numbers_of_the_clusters() {
    int[] renamed = IntStream.of(BLOCKS).map(b -> 1000 - 7 * b).toArray();
    assertThat(Scores.of(BLOCKS, renamed)).isEqualTo(new Scores(100, 100, 100));
  }

  @Test
  void one_cluster_for_all_tells_nothing() {
    Scores scores = Scores.of(BLOCKS, new int[60]);
    assertThat(scores.acc()).isCloseTo(20, within(1e-9));
    assertThat(scores.nmi()).isZero();
    assertThat(scores.ari()).isZero();
    assertThat(Scores.of(new int[3], new int[3])).isEqualTo(new Scores(100, 100, 100));
  }

  @Test
  void a_table_names_majority_purity_and_match() {
    LabelTable table = LabelTable.of(Contingency.of(BLOCKS, NEARLY));
    assertThat(table.rows()).hasSize(6);
    LabelTable.Row first = table.rows().get(0);
    assertThat(first.size()).isEqualTo(10);
    assertThat(first.majorityLabel()).isZero();
    assertThat(first.purity()).isCloseTo(0.8, within(1e-12));
    assertThat(first.matchedLabel()).isEqualTo(OptionalInt.of(0));
    assertThat(table.rows().get(5).matchedLabel()).isEmpty();
  }

  @Test
  void a_confusion_matrix_has_matched_clusters_on_its_diagonal() {
    int[] renamed = IntStream.of(NEARLY).map(c -> (c + 2) % 6).toArray();
    ConfusionMatrix matrix = ConfusionMatrix.of(Contingency.of(BLOCKS, renamed));
    assertThat(matrix.clusters()).containsExactly(2, 3, 4, 5, 0, 1);
    assertThat(IntStream.range(0, 5).mapToLong(i -> matrix.counts()[i][i]).sum()).isEqualTo(41);
  }

  @Test
  void two_runs_are_compared_by_matched_clusters_and_moved_images() {
    int[] renamed = IntStream.of(BLOCKS).map(b -> 4 - b).toArray();
    renamed[3] = 0;
    RunComparison comparison = RunComparison.of(Contingency.of(renamed, BLOCKS));
    assertThat(comparison.moved()).isEqualTo(1);
    assertThat(comparison.matches()).contains(new RunComparison.Match(0, 4, 11));
    assertThat(comparison.ari()).isBetween(90.0, 99.9);
  }

  @Test
  void a_thousand_clusters_of_many_images_are_no_trouble() {
    Random random = new Random(1);
    int[] labels = random.ints(200_000, 0, 1000).toArray();
    assertThat(Scores.of(labels, labels).acc()).isEqualTo(100);
    int[] others = random.ints(200_000, 0, 1000).toArray();
    assertThat(Scores.of(labels, others).ari()).isCloseTo(0, within(0.1));
  }
}
