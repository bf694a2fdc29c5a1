package io.nomen.vocabulary;

import io.nomen.vocabulary.WordNet.Sense;
import java.util.Optional;

/**
 * A word that a cluster may be named after.
 *
 * @param lemma as it is shown: as WordNet spells it, or as it stands in somebody's own list
 * @param synset its meaning's id in WordNet ({@code dog.n.01}), where WordNet knows the word
 * @param gloss that meaning's definition; empty where there is none
 * @param given whether a list or a subtree says that the word has this meaning; otherwise it is the
 *     one that people use most, and the words beside it may tell another
 */
public record Noun(String lemma, Optional<String> synset, String gloss, boolean given) {

  /** The lemma as it is put into prompts and looked up: underscores are spaces. */
  public String text() {
    return lemma.replace('_', ' ').strip().replaceAll("\\s+", " ");
  }

  /** A word with what WordNet says about it, if anything. */
  static Noun guessed(String lemma, Optional<Sense> sense) {
    return new Noun(lemma, sense.map(Sense::id), sense.map(Sense::gloss).orElse(""), false);
  }

  /** A word that has this meaning. */
  static Noun given(String lemma, Sense sense) {
    return new Noun(lemma, Optional.of(sense.id()), sense.gloss(), true);
  }
}
