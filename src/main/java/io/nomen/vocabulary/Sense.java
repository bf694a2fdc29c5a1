package io.nomen.vocabulary;

import java.util.List;

/**
 * One meaning in WordNet: a noun synset.
 *
 * @param id first lemma, part of speech and sense number, as Princeton and NLTK count them: {@code
 *     dog.n.01}
 * @param gloss the definition without the examples
 * @param lemmas the words for it as people write them (spaces, capitals), the most used first
 * @param hypernymPath ids from {@code entity.n.01} down to the nearest hypernym, along a shortest
 *     path; empty for the root itself
 * @param instance whether it is a single thing of its kind (a person, a place), not a kind
 */
public record Sense(
    String id, String gloss, List<String> lemmas, List<String> hypernymPath, boolean instance) {

  public Sense {
    lemmas = List.copyOf(lemmas);
    hypernymPath = List.copyOf(hypernymPath);
  }

  /** Steps from the root {@code entity.n.01}, which has depth 0. */
  public int depth() {
    return hypernymPath.size();
  }
}
