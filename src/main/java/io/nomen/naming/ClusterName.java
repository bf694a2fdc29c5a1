package io.nomen.naming;

import io.nomen.run.ClusterRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a cluster is called, and why.
 *
 * @param name unique within a run; {@code cluster 7} where no noun stands out
 * @param named whether a noun was found
 * @param gloss what the name means, in WordNet's words; empty where it has no meaning there
 * @param nouns the five best nouns, best first; hints where the cluster has no name
 * @param hypernym the id of the common hypernym that gave the name, where one did
 * @param sisters the nouns under it that stood side by side; empty where there is no hypernym
 * @param reason why it is called so, in one sentence for people
 */
public record ClusterName(
    String name,
    boolean named,
    String gloss,
    List<ScoredNoun> nouns,
    Optional<String> hypernym,
    List<String> sisters,
    String reason) {

  /** Why a name is what it is where somebody gave it. */
  public static final String GIVEN = "it was given";

  public ClusterName {
    nouns = List.copyOf(nouns);
    sisters = List.copyOf(sisters);
  }

  /** The name in a row of the table {@code clusters}. */
  public static ClusterName of(ClusterRow row) {
    List<ScoredNoun> nouns = new ArrayList<>();
    for (int i = 0; i < row.nouns().size(); i++) {
      nouns.add(
          new ScoredNoun(
              row.nouns().get(i),
              row.nounScores()[i],
              Optional.of(row.nounSynsets().get(i)).filter(id -> !id.isEmpty()),
              row.nounGlosses().get(i)));
    }
    return new ClusterName(
        row.name(), row.named(), row.gloss(), nouns, row.hypernym(), row.sisters(), row.reason());
  }

  /** The same images under a name that somebody gave. */
  public ClusterName renamed(String given) {
    return new ClusterName(given, true, "", nouns, Optional.empty(), List.of(), GIVEN);
  }

  /** The same nouns as hints, without a name. */
  public ClusterName unnamed(int cluster) {
    return new ClusterName(
        "cluster " + cluster,
        false,
        "",
        nouns,
        Optional.empty(),
        List.of(),
        named ? "its name is another's" : reason);
  }

  /**
   * A noun on a cluster's card.
   *
   * @param lemma as it reads: singular, lower case unless it is a proper noun
   * @param score mean retrieval weight in the cluster less that over all images, summed over
   *     synonyms
   * @param synset its meaning's id in WordNet, where it has one
   * @param gloss that meaning's definition; empty where there is none
   */
  public record ScoredNoun(String lemma, double score, Optional<String> synset, String gloss) {}
}
