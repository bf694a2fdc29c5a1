package io.nomen.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.evaluate.Scores;
import io.nomen.kmeans.CentreAssignment;
import io.nomen.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIC's three mappings on real CLIP features: how often the pseudo-labels of the last epoch are
 * right, and what comes of it. Labels score and decide nothing.
 */
@Tag("slow")
class PseudoLabelsTest {
  private static final Logger LOG = LoggerFactory.getLogger(PseudoLabelsTest.class);
  private static final int SEEDS = 3;

  private record Outcome(Scores pseudo, Scores clusters) {}

  @ParameterizedTest
  @EnumSource(SicMapping.class)
  void on_pets_pseudo_labels_are_right_far_above_chance(SicMapping mapping) throws Exception {
    assertRight("oxford_pets", mapping, 20);
  }

  @ParameterizedTest
  @EnumSource(SicMapping.class)
  void on_textures_pseudo_labels_are_right_far_above_chance(SicMapping mapping) throws Exception {
    assertRight("dtd", mapping, 20);
  }

  @ParameterizedTest
  @EnumSource(SicMapping.class)
  void on_caltech_pseudo_labels_are_right_far_above_chance(SicMapping mapping) throws Exception {
    assertRight("caltech101", mapping, 30);
  }

  /** Far above chance, which is 3, 2 and 1 per cent: a mapping that is broken is not. */
  private static void assertRight(String set, SicMapping mapping, double least) throws Exception {
    List<Outcome> outcomes = outcomes(set, mapping);
    double pseudo = mean(outcomes, o -> o.pseudo().acc());
    LOG.info(
        "{} {}: pseudo-labels {}±{}; clusters ACC {}±{}, NMI {}, ARI {}",
        set,
        mapping.word(),
        pseudo,
        deviation(outcomes, o -> o.pseudo().acc()),
        mean(outcomes, o -> o.clusters().acc()),
        deviation(outcomes, o -> o.clusters().acc()),
        mean(outcomes, o -> o.clusters().nmi()),
        mean(outcomes, o -> o.clusters().ari()));
    assertThat(pseudo).isGreaterThan(least);
  }

  private static List<Outcome> outcomes(String set, SicMapping mapping) throws Exception {
    List<Outcome> outcomes = new ArrayList<>();
    ClipFeatures features = ClipFeatures.of(set);
    for (long seed = 0; seed < SEEDS; seed++) {
      MethodInput plain = features.input(seed);
      MethodInput input = Inputs.with(plain, Inputs.with(plain.options().training(), mapping));
      try (Clustering found = Methods.named("sic").cluster(input)) {
        Matrix centres = found.semantics().orElseThrow().centres();
        outcomes.add(
            new Outcome(
                features.scores(CentreAssignment.assign(features.rows(), centres)),
                features.scores(found.assignments())));
      }
    }
    features.close();
    return outcomes;
  }

  private static double mean(List<Outcome> outcomes, ToDoubleFunction<Outcome> value) {
    return outcomes.stream().mapToDouble(value).average().orElseThrow();
  }

  private static double deviation(List<Outcome> outcomes, ToDoubleFunction<Outcome> value) {
    double mean = mean(outcomes, value);
    double square =
        outcomes.stream()
            .mapToDouble(o -> Math.pow(value.applyAsDouble(o) - mean, 2))
            .average()
            .orElseThrow();
    return Math.sqrt(square);
  }
}
