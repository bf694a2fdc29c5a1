package io.nomen.run;

import java.util.List;
import java.util.Optional;

/**
 * One cluster in the table of clusters.
 *
 * @param named false where no noun stood out: the name is the number, and the nouns are hints
 * @param nouns the five best nouns, best first; beside each its score, synset ({@code ""} for none)
 *     and gloss
 * @param centreNouns the nouns that made the cluster's semantic centre, nearest first
 * @param medoid path of the image nearest to the centre
 * @param nearClusters the nearest clusters, beside each the cosine of the centres
 * @param previousCluster the cluster of the earlier run that it goes on from, where there was one
 */
public record ClusterRow(
    int cluster,
    String name,
    boolean named,
    List<String> nouns,
    float[] nounScores,
    List<String> nounSynsets,
    List<String> nounGlosses,
    String gloss,
    Optional<String> hypernym,
    List<String> sisters,
    String reason,
    List<String> centreNouns,
    long size,
    float meanConfidence,
    Optional<Float> silhouette,
    Optional<String> medoid,
    int[] nearClusters,
    float[] nearSimilarity,
    Optional<Integer> previousCluster) {
  public static final TableSchema<ClusterRow> SCHEMA =
      new TableSchema<>("clusters", ClusterRow.class);
}
