package io.nomen.gallery;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What is known of one cluster.
 *
 * @param number the cluster's number in the tables
 * @param name its name, or {@code cluster 7} where no noun stands out
 * @param named false where {@code name} is only the number, and the nouns are hints
 * @param size how many images it holds, whether or not all of them are in the gallery
 * @param meanConfidence mean over its images, 0 to 1
 * @param silhouette mean over its images (or a sample), −1 to 1
 * @param wordsFit how well the nouns describe its images, where the method measured it
 * @param gloss what the name means, in a sentence
 * @param nouns nearest nouns, best first
 * @param hypernym what the name is a kind of
 * @param sisters nouns of the same kind that were found beside each other in this cluster
 * @param centreNouns nouns that made the cluster's semantic centre, the most telling first; empty
 *     where it was not made of nouns
 * @param medoid path of the image nearest to the cluster's centre
 * @param nearest other clusters by similarity of centres, nearest first
 */
public record ClusterCard(
    int number,
    String name,
    boolean named,
    long size,
    double meanConfidence,
    OptionalDouble silhouette,
    Optional<WordsFit> wordsFit,
    Optional<String> gloss,
    List<NounScore> nouns,
    Optional<String> hypernym,
    List<String> sisters,
    List<String> centreNouns,
    Optional<String> medoid,
    List<NearCluster> nearest) {

  /**
   * How well the nouns describe a cluster's images.
   *
   * @param degree in a word or two
   * @param rho near 1 where they do (ρ of Nomen's gate)
   */
  public record WordsFit(String degree, double rho) {}

  /**
   * A noun near a cluster.
   *
   * @param score how much nearer the noun is to this cluster's images than to all images
   * @param synset WordNet's name of the meaning, for example {@code flamingo.n.01}
   */
  public record NounScore(
      String word, double score, Optional<String> gloss, Optional<String> synset) {}

  /**
   * Another cluster near this one.
   *
   * @param similarity cosine of the two centres
   * @param nearlySame whether the run takes the two for one thing that was cut in two
   */
  public record NearCluster(int number, double similarity, boolean nearlySame) {}

  public ClusterCard {
    nouns = List.copyOf(nouns);
    sisters = List.copyOf(sisters);
    centreNouns = List.copyOf(centreNouns);
    nearest = List.copyOf(nearest);
  }
}
