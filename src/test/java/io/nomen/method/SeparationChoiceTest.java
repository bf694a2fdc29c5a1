package io.nomen.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.evaluate.Scores;
import io.nomen.method.MethodOptions.Linkage;
import io.nomen.semantics.NounMatrix;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import io.nomen.testing.LocalSpark;
import io.nomen.testing.RandomRows;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeparationChoiceTest {
  private static final int WIDTH = 16;
  private static final int CLASSES = 8;
  private static final Matrix DIRECTIONS = RandomRows.anywhere(CLASSES, WIDTH, 31);

  /** Classes near enough to each other that they touch. */
  private static final double SPREAD = 0.2;

  /**
   * With ten times as many only a sample is linked, and the graph is dense enough to do as well.
   */
  @ParameterizedTest
  @CsvSource({"1, AUTO", "10, AUTO", "10, ALWAYS"})
  void unequal_classes_are_found(int times, Linkage linkage) {
    int[] sizes = {300, 240, 160, 80, 50, 30, 24, 16};
    int[] classes =
        IntStream.range(0, CLASSES)
            .flatMap(c -> IntStream.generate(() -> c).limit((long) times * sizes[c]))
            .toArray();
    try (Clustering fit = cluster(classes, linkage)) {
      assertThat(linkage(fit).taken()).isEqualTo(times == 1 || linkage == Linkage.ALWAYS);
      assertThat(accuracy(classes, fit)).isGreaterThan(90);
    }
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void the_graph_takes_the_margin_s_place_where_classes_are_unequal(boolean equal) {
    int[] sizes = {300, 240, 160, 80, 50, 30, 24, 16};
    int[] classes =
        IntStream.range(0, CLASSES)
            .flatMap(c -> IntStream.generate(() -> c).limit(equal ? 110 : sizes[c]))
            .toArray();
    try (Clustering fit = cluster(new NomenMethod(), classes, Linkage.NEVER)) {
      assertThat(fit.findings().part(Findings.GraphComparison.class).orElseThrow().taken())
          .isNotEqualTo(equal);
      assertThat(fit.findings().part(Findings.LinkageComparison.class)).isEmpty();
      assertThat(accuracy(classes, fit)).isGreaterThan(80);
    }
  }

  @Test
  void equal_classes_are_not() {
    int[] classes = IntStream.range(0, 900).map(i -> i % CLASSES).toArray();
    try (Clustering fit = cluster(classes, Linkage.AUTO)) {
      assertThat(linkage(fit).taken()).isFalse();
      assertThat(accuracy(classes, fit)).isGreaterThan(90);
    }
  }

  @Test
  void too_few_images_or_a_single_cluster_are_never_linked() {
    assertThat(NomenInputs.linkable(40, 10)).isTrue();
    assertThat(NomenInputs.linkable(39, 10)).isFalse();
    assertThat(NomenInputs.linkable(40, 1)).isFalse();
    assertThat(NomenInputs.linkable(1_000_000_000L, 1024)).isTrue();
    assertThat(NomenInputs.linkable(1_000_000_000L, 1025)).isFalse();
  }

  private static Clustering cluster(int[] classes, Linkage linkage) {
    return cluster(new NomenNoTrainMethod(), classes, linkage);
  }

  private static Clustering cluster(ClusteringMethod method, int[] classes, Linkage linkage) {
    Matrix rows = RandomRows.around(classes.length, DIRECTIONS.select(classes), SPREAD, 5);
    NounMatrix nouns =
        new NounMatrix(
            IntStream.range(0, 60).mapToObj(i -> "noun " + i).toList(),
            RandomRows.anywhere(60, WIDTH, 77));
    RowBlocks images = RowBlocks.of(LocalSpark.context(), rows.values(), rows.width());
    MethodInput input = Inputs.with(MethodInput.of(images, CLASSES, 0), nouns);
    return method.cluster(Inputs.with(input, Inputs.with(input.options().training(), linkage)));
  }

  private static Findings.LinkageComparison linkage(Clustering fit) {
    return fit.findings().part(Findings.LinkageComparison.class).orElseThrow();
  }

  private static double accuracy(int[] classes, Clustering fit) {
    return Scores.of(classes, AssignmentBlock.clusters(fit.assignments())).acc();
  }
}
