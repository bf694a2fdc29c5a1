package io.nomen.naming;

import java.util.Optional;

/**
 * A noun on a cluster's card.
 *
 * @param lemma as it reads: singular, lower case unless it is a proper noun
 * @param score mean retrieval weight in the cluster less that over all images, summed over synonyms
 * @param synset its meaning's id in WordNet, where it has one
 * @param gloss that meaning's definition; empty where there is none
 */
public record ScoredNoun(String lemma, double score, Optional<String> synset, String gloss) {}
