package io.nomen.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.evaluate.Scores;
import io.nomen.method.Inputs.ClipFeatures;
import io.nomen.tensor.AssignmentBlock;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Real CLIP features against faiss and PyTorch running the same methods on them (the table of the
 * shared data): mean over five seeds, not below by more than the table's deviation or one point.
 */
@Tag("slow")
class ClipFeaturesTest {
  private static final Logger LOG = LoggerFactory.getLogger(ClipFeaturesTest.class);

  /** The mean of five would move by half a point and more with the draws. */
  private static final int SEEDS = 10;

  @ParameterizedTest
  @CsvSource({
    "oxford_pets, kmeans,       48.5, 1.5, 64.2, 0.7, 38.8, 1.1",
    "oxford_pets, tac-no-train, 63.6, 1.2, 77.0, 0.3, 52.7, 1.5",
    "dtd,         kmeans,       42.2, 1.4, 56.3, 0.5, 25.5, 0.9",
    "dtd,         tac-no-train, 39.1, 0.7, 52.8, 0.6, 22.0, 0.5",
    "caltech101,  kmeans,       54.7, 0.9, 84.0, 0.4, 39.3, 0.5",
    "caltech101,  tac-no-train, 60.7, 3.1, 86.6, 0.7, 45.7, 3.4",
  })
  void is_as_good_as_the_reference(
      String set,
      String method,
      double acc,
      double accDeviation,
      double nmi,
      double nmiDeviation,
      double ari,
      double ariDeviation)
      throws IOException {
    List<Scores> scores = scores(set, method);
    LOG.info("{} {}: {}", set, method, scores);
    assertThat(mean(scores, Scores::acc)).isGreaterThan(acc - Math.max(1, accDeviation));
    assertThat(mean(scores, Scores::nmi)).isGreaterThan(nmi - Math.max(1, nmiDeviation));
    assertThat(mean(scores, Scores::ari)).isGreaterThan(ari - Math.max(1, ariDeviation));
  }

  private static List<Scores> scores(String set, String method) throws IOException {
    ClipFeatures features = ClipFeatures.of(set);
    try {
      return java.util.stream.LongStream.range(0, SEEDS)
          .mapToObj(features::input)
          .map(input -> Scores.of(features.labels(), clusters(method, input)))
          .toList();
    } finally {
      features.rows().unpersist();
    }
  }

  private static int[] clusters(String method, MethodInput input) {
    try (Clustering found = Methods.named(method).cluster(input)) {
      return found.assignments().collect().stream()
          .map(AssignmentBlock::cluster)
          .flatMapToInt(Arrays::stream)
          .toArray();
    }
  }

  private static double mean(List<Scores> scores, ToDoubleFunction<Scores> value) {
    return scores.stream().mapToDouble(value).average().orElseThrow();
  }
}
