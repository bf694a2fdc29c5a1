package io.nomen.naming;

import io.nomen.vocabulary.Noun;
import io.nomen.vocabulary.WordNet;
import io.nomen.vocabulary.WordNet.Sense;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Which meaning a word has here: a boxer among terriers is a dog. A word's senses are compared with
 * those of the nouns beside it in the cluster where it is strongest, by Wu and Palmer's similarity
 * (1994) weighted by the nouns' scores; the sense that people use most stands unless another is
 * clearly nearer, and one that the vocabulary gives always.
 */
final class SenseChoice {
  /** Nouns beside it that are asked. */
  private static final int CONTEXT = 6;

  /** How much nearer another sense must be: a tenth of the scale, so that noise changes nothing. */
  private static final double MARGIN = 0.1;

  private final WordNet wordnet = WordNet.get();
  private final Map<String, Set<String>> ancestors = new HashMap<>();
  private final Map<String, List<Sense>> senses = new HashMap<>();
  private final List<Noun> nouns;
  private final float[][] scores;
  private final int[][] best;

  /**
   * @param scores [K, m]
   */
  SenseChoice(List<Noun> nouns, float[][] scores) {
    this.nouns = nouns;
    this.scores = scores;
    best = new int[scores.length][];
    for (int c = 0; c < scores.length; c++) {
      float[] row = scores[c];
      best[c] = Ranking.best(row, CONTEXT);
    }
  }

  /** The meaning of noun {@code noun} of the vocabulary; none for a word WordNet does not know. */
  Optional<Sense> of(int noun) {
    Optional<Sense> given = nouns.get(noun).synset().flatMap(wordnet::sense);
    List<Sense> candidates = sensesOf(noun);
    if (given.isEmpty() || candidates.size() < 2 || nouns.get(noun).given()) {
      return given;
    }
    int[] context = context(noun);
    if (context.length == 0) {
      return given;
    }
    float[] weights = scores[home(noun)];
    Sense nearest = given.get();
    double least = affinity(nearest, context, weights) + MARGIN;
    for (Sense candidate : candidates) {
      double affinity = affinity(candidate, context, weights);
      if (affinity > least) {
        least = affinity;
        nearest = candidate;
      }
    }
    return Optional.of(nearest);
  }

  private int home(int noun) {
    return IntStream.range(0, scores.length)
        .reduce(0, (a, b) -> scores[b][noun] > scores[a][noun] ? b : a);
  }

  private int[] context(int noun) {
    int home = home(noun);
    return IntStream.of(best[home])
        .filter(other -> scores[home][other] > 0)
        .filter(other -> !nouns.get(other).lemma().equalsIgnoreCase(nouns.get(noun).lemma()))
        .filter(other -> !sensesOf(other).isEmpty())
        .toArray();
  }

  private double affinity(Sense sense, int[] context, float[] weights) {
    double sum = 0;
    double total = 0;
    for (int other : context) {
      double nearest =
          sensesOf(other).stream().mapToDouble(s -> similarity(sense, s)).max().orElse(0);
      sum += weights[other] * nearest;
      total += weights[other];
    }
    return sum / total;
  }

  private double similarity(Sense a, Sense b) {
    Set<String> above = ancestorsOf(b);
    int common =
        ancestorsOf(a).stream().filter(above::contains).mapToInt(wordnet::depth).max().orElse(0);
    return 2.0 * common / Math.max(1, a.depth() + b.depth());
  }

  private Set<String> ancestorsOf(Sense sense) {
    return ancestors.computeIfAbsent(sense.id(), wordnet::ancestors);
  }

  private List<Sense> sensesOf(int noun) {
    return senses.computeIfAbsent(nouns.get(noun).text(), wordnet::senses);
  }

  /** The places of the greatest values; of equal ones the earlier. */
  static final class Ranking {
    private Ranking() {}

    static int[] best(float[] values, int count) {
      return IntStream.range(0, values.length)
          .boxed()
          .sorted(Comparator.<Integer>comparingDouble(i -> -values[i]))
          .limit(count)
          .mapToInt(Integer::intValue)
          .toArray();
    }
  }
}
