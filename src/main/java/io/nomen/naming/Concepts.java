package io.nomen.naming;

import io.nomen.vocabulary.Noun;
import io.nomen.vocabulary.Sense;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

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

  /** Each word for itself and as it stands: somebody's own list is not to be rewritten. */
  static List<Concept> verbatim(List<Noun> nouns, List<Optional<Sense>> senses) {
    return IntStream.range(0, nouns.size())
        .mapToObj(n -> new Concept(nouns.get(n).lemma(), senses.get(n), new int[] {n}))
        .toList();
  }

  private static Concept joined(Concept first, Concept second) {
    int[] nouns =
        java.util.Arrays.copyOf(first.nouns(), first.nouns().length + second.nouns().length);
    System.arraycopy(second.nouns(), 0, nouns, first.nouns().length, second.nouns().length);
    return new Concept(first.name(), first.sense(), nouns);
  }
}
