package io.nomen.naming;

import io.nomen.vocabulary.Sense;
import io.nomen.vocabulary.WordNet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One name for three sisters: where a cluster's best nouns are corgi, beagle and collie, it holds
 * dogs. Taken when the hypernym is still specific.
 */
final class CommonHypernym {
  /** Steps from a sister up to the hypernym; a collie is a shepherd dog, a working dog, a dog. */
  private static final int MOST_STEPS = 3;

  /** The third noun's share of the best score: below it, the best noun alone says more. */
  private static final double BALANCE = 0.5;

  private final WordNet wordnet = WordNet.get();
  private final Specificity specificity;

  CommonHypernym(Specificity specificity) {
    this.specificity = specificity;
  }

  /**
   * The nearest hypernym that the three share and that people have a word for.
   *
   * @param best the cluster's best concepts, best first
   * @param scores their scores
   */
  Optional<Sense> of(List<Concept> best, List<Double> scores) {
    List<String> ids =
        best.stream().limit(3).flatMap(c -> c.sense().map(Sense::id).stream()).toList();
    if (ids.size() < 3 || scores.get(2) < BALANCE * scores.get(0)) {
      return Optional.empty();
    }
    Map<String, Integer> common = new LinkedHashMap<>(above(ids.get(0)));
    for (String id : ids) {
      Map<String, Integer> above = above(id);
      common.keySet().retainAll(above.keySet());
      common.replaceAll((hypernym, steps) -> Math.max(steps, above.get(hypernym)));
    }
    return common.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .map(entry -> wordnet.sense(entry.getKey()).orElseThrow())
        .filter(h -> !ids.contains(h.id()))
        .filter(specificity::isKind)
        .findFirst();
  }

  /** What lies up to {@link #MOST_STEPS} above a meaning, nearest first, with the steps. */
  private Map<String, Integer> above(String id) {
    Map<String, Integer> found = new LinkedHashMap<>();
    List<String> level = List.of(id);
    for (int step = 0; step <= MOST_STEPS; step++) {
      for (String meaning : level) {
        found.putIfAbsent(meaning, step);
      }
      level = level.stream().flatMap(l -> wordnet.hypernyms(l).stream()).map(Sense::id).toList();
    }
    return found;
  }
}
