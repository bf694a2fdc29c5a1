package io.nomen.naming;

import io.nomen.naming.ClusterNames.ClusterName.ScoredNoun;
import io.nomen.vocabulary.Noun;
import io.nomen.vocabulary.WordNet;
import io.nomen.vocabulary.WordNet.Sense;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Puts the words of a vocabulary together that mean the same, or that would read the same. */
final class Concepts {
  private Concepts() {}

  /**
   * @param nouns the vocabulary
   * @param senses the meaning of each noun, in the same order
   */
  static List<Concept> of(List<Noun> nouns, List<Optional<Sense>> senses) {
    ReadableName readable = new ReadableName();
    Map<String, List<Integer>> byMeaning = new LinkedHashMap<>();
    for (int n = 0; n < nouns.size(); n++) {
      String lemma = nouns.get(n).lemma().toLowerCase(Locale.ROOT);
      String key = senses.get(n).map(Sense::id).orElse(lemma);
      byMeaning.computeIfAbsent(key, k -> new ArrayList<>()).add(n);
    }
    Map<String, Concept> byName = new LinkedHashMap<>();
    for (List<Integer> rows : byMeaning.values()) {
      List<String> words = rows.stream().map(n -> nouns.get(n).lemma()).toList();
      Optional<Sense> sense = senses.get(rows.get(0));
      String name = readable.of(words, sense);
      if (byName.containsKey(name.toLowerCase(Locale.ROOT))) {
        name = words.get(0);
      }
      byName.merge(
          name.toLowerCase(Locale.ROOT),
          new Concept(name, sense, rows.stream().mapToInt(Integer::intValue).toArray()),
          Concepts::joined);
    }
    return List.copyOf(byName.values());
  }

  /**
   * Each word for itself and as it stands: somebody's own list is not to be rewritten. One that
   * comes again is the same one.
   */
  static List<Concept> verbatim(List<Noun> nouns, List<Optional<Sense>> senses) {
    Map<String, Concept> byWord = new LinkedHashMap<>();
    for (int n = 0; n < nouns.size(); n++) {
      String word = nouns.get(n).lemma();
      byWord.merge(
          word.toLowerCase(Locale.ROOT),
          new Concept(word, senses.get(n), new int[] {n}),
          Concepts::joined);
    }
    return List.copyOf(byWord.values());
  }

  private static Concept joined(Concept first, Concept second) {
    int[] nouns =
        java.util.Arrays.copyOf(first.nouns(), first.nouns().length + second.nouns().length);
    System.arraycopy(second.nouns(), 0, nouns, first.nouns().length, second.nouns().length);
    return new Concept(first.name(), first.sense(), nouns);
  }

  /**
   * One thing that a cluster may be named after: a meaning with all of the vocabulary's words for
   * it.
   *
   * @param name how it reads
   * @param sense its meaning, where WordNet knows it
   * @param nouns rows of its words in the vocabulary
   */
  record Concept(String name, Optional<Sense> sense, int[] nouns) {

    /** Synonyms share out the retrieval weight between them, so their scores add up. */
    double score(float[] scores) {
      double sum = 0;
      for (int noun : nouns) {
        sum += scores[noun];
      }
      return sum;
    }

    boolean isUnder(Sense kind) {
      return isUnder(kind.id());
    }

    boolean isUnder(String kind) {
      return sense.filter(s -> WordNet.get().isUnder(s.id(), kind)).isPresent();
    }

    ScoredNoun scored(float[] scores) {
      return new ScoredNoun(
          name, score(scores), sense.map(Sense::id), sense.map(Sense::gloss).orElse(""));
    }
  }

  /**
   * One name for three sisters: where a cluster's best nouns are corgi, beagle and collie, it holds
   * dogs. Taken when the hypernym is still specific.
   */
  static final class CommonHypernym {
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
}
