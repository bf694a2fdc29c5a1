package io.nomen.run;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * One cluster in the table of clusters. Rows are in the order of the model's outputs, which is that
 * of the ids unless a run was given an earlier one.
 *
 * @param cluster its id in the table of assignments
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

  /**
   * What a run calls the clusters that its model numbers from 0.
   *
   * @param of [K]
   * @param firstNew those below it are of an earlier run
   */
  public record Ids(int[] of, int firstNew) {

    /** Those of the model itself. */
    public static Ids counted(int clusters) {
      return new Ids(IntStream.range(0, clusters).toArray(), 0);
    }
  }

  /** This row, which has the model's numbers, with {@code ids} in their place. */
  public ClusterRow with(Ids ids) {
    int id = ids.of()[cluster];
    return new ClusterRow(
        id,
        named ? name : "cluster " + id,
        named,
        nouns,
        nounScores,
        nounSynsets,
        nounGlosses,
        gloss,
        hypernym,
        sisters,
        reason,
        centreNouns,
        size,
        meanConfidence,
        silhouette,
        medoid,
        Arrays.stream(nearClusters).map(near -> ids.of()[near]).toArray(),
        nearSimilarity,
        id < ids.firstNew() ? Optional.of(id) : Optional.empty());
  }
}
