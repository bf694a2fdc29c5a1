package io.nomen.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.method.MethodOptions.Linkage;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The choice between the widest margin and average linkage, on real CLIP features whose classes are
 * of equal sizes, of a few, and of sizes that fall with a power of their rank.
 */
@Tag("slow")
class UnequalClassesTest {
  private static final Logger LOG = LoggerFactory.getLogger(UnequalClassesTest.class);
  private static final int SEEDS = 2;

  private record Outcome(String set, double kmeans, double margin, double linkage, double taken) {
    boolean isNearTheBest() {
      return taken >= Math.max(margin, linkage) - 2;
    }
  }

  private static double acc(ClipFeatures set, String method, Linkage linkage) {
    MethodOptions usual = MethodOptions.defaults();
    MethodOptions options =
        new MethodOptions(
            usual.kmeans(), usual.semantics(), Inputs.with(usual.training(), linkage));
    return LongStream.range(0, SEEDS)
        .mapToDouble(
            seed -> {
              MethodInput input = Inputs.with(set.input(seed), options);
              try (Clustering found = Methods.named(method).cluster(input)) {
                return set.scores(found.assignments()).acc();
              }
            })
        .average()
        .orElseThrow();
  }

  /** Whether linkage is taken, by seed. */
  private static List<String> choices(ClipFeatures set) {
    List<String> choices = new ArrayList<>();
    for (long seed = 0; seed < 5; seed++) {
      MethodInput input = set.input(seed);
      try (NomenInputs inputs = NomenInputs.of(input, "nomen")) {
        LinkageChoice choice = LinkageChoice.of(input, inputs).orElseThrow();
        choices.add(
            "%s %.3f/%.3f/%.3f"
                .formatted(
                    choice.taken() ? "+" : "-",
                    choice.silhouette(),
                    choice.smoothedTwice(),
                    choice.ofKmeans()));
      }
    }
    return choices;
  }

  private static Outcome outcome(ClipFeatures set) {
    Outcome outcome =
        new Outcome(
            set.name(),
            acc(set, "kmeans", Linkage.AUTO),
            acc(set, "nomen", Linkage.NEVER),
            acc(set, "nomen", Linkage.ALWAYS),
            acc(set, "nomen", Linkage.AUTO));
    LOG.info("{} {}", outcome, choices(set));
    return outcome;
  }

  @Test
  void what_is_taken_is_near_the_best_and_never_worse_than_kmeans() {
    List<Outcome> outcomes = new ArrayList<>();
    for (String set : List.of("oxford_pets", "dtd", "caltech101")) {
      try (ClipFeatures all = ClipFeatures.of(set)) {
        outcomes.add(outcome(all));
        for (double power : new double[] {0, 0.5, 1}) {
          for (int largest : power == 0 ? new int[] {16} : new int[] {40, 100}) {
            try (ClipFeatures some = all.unequal(largest, power, 7)) {
              outcomes.add(outcome(some));
            }
          }
        }
      }
    }
    assertThat(outcomes).allMatch(outcome -> outcome.taken() > outcome.kmeans() - 1);
    assertThat(outcomes.stream().filter(Outcome::isNearTheBest).count() * 5)
        .isGreaterThanOrEqualTo(outcomes.size() * 4L);
  }
}
