package io.nomen.naming;

import io.nomen.vocabulary.Sense;
import io.nomen.vocabulary.WordNet;
import java.util.Optional;

/**
 * One thing that a cluster may be named after: a meaning with all of the vocabulary's words for it.
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
    return sense.filter(s -> WordNet.get().isUnder(s.id(), kind.id())).isPresent();
  }

  ScoredNoun scored(float[] scores) {
    return new ScoredNoun(
        name, score(scores), sense.map(Sense::id), sense.map(Sense::gloss).orElse(""));
  }
}
