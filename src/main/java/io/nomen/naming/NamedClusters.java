package io.nomen.naming;

import io.nomen.evaluate.ClusterProfiles;
import io.nomen.evaluate.RunQuality;
import io.nomen.run.ClusterRow;
import io.nomen.run.NounTable;
import io.nomen.run.Snapshot;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What the clusters of a run are called, and what they were made of.
 *
 * @param names [K]
 * @param centreNouns [K] nouns that made the cluster's semantic centre; empty lists where it was
 *     not made of nouns
 */
public record NamedClusters(List<ClusterName> names, List<List<String>> centreNouns) {
  private static final int SHOWN = 30;
  private static final int NEAR = 3;

  /**
   * @param made [K] numbers of the nouns that made each cluster's centre, or nothing at all
   */
  static NamedClusters of(List<ClusterName> names, List<int[]> made, NounTable nouns) {
    return new NamedClusters(names, made.stream().map(centre -> words(centre, nouns)).toList());
  }

  /** The names of an earlier run. */
  public static NamedClusters of(Snapshot run) {
    List<ClusterRow> rows = run.rows(ClusterRow.SCHEMA);
    return new NamedClusters(
        rows.stream().map(ClusterName::of).toList(),
        rows.stream().map(ClusterRow::centreNouns).toList());
  }

  /**
   * The table {@code clusters}, one row each.
   *
   * @param paths of all rows, for the medoids
   */
  public List<ClusterRow> rows(ClusterProfiles profiles, RunQuality quality, List<String> paths) {
    return IntStream.range(0, names.size())
        .mapToObj(cluster -> row(cluster, profiles, quality, paths))
        .toList();
  }

  private ClusterRow row(
      int cluster, ClusterProfiles profiles, RunQuality quality, List<String> paths) {
    ClusterName name = names.get(cluster);
    List<ScoredNoun> nouns = name.nouns();
    List<Integer> near = profiles.near(cluster, NEAR);
    double silhouette = quality.silhouette().perCluster()[cluster];
    long medoid = profiles.medoids()[cluster];
    return new ClusterRow(
        cluster,
        name.name(),
        name.named(),
        nouns.stream().map(ScoredNoun::lemma).toList(),
        floats(nouns.stream().mapToDouble(ScoredNoun::score).toArray()),
        nouns.stream().map(noun -> noun.synset().orElse("")).toList(),
        nouns.stream().map(ScoredNoun::gloss).toList(),
        name.gloss(),
        name.hypernym(),
        name.sisters(),
        name.reason(),
        centreNouns.get(cluster),
        quality.sizes()[cluster],
        (float) quality.meanConfidence()[cluster],
        Double.isNaN(silhouette) ? Optional.empty() : Optional.of((float) silhouette),
        medoid < 0 ? Optional.empty() : Optional.of(paths.get(Math.toIntExact(medoid))),
        near.stream().mapToInt(Integer::intValue).toArray(),
        floats(near.stream().mapToDouble(other -> profiles.similarity(cluster, other)).toArray()));
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  /** Clusters that were not made of nouns. */
  static NamedClusters of(List<ClusterName> names) {
    return new NamedClusters(names, names.stream().map(name -> List.<String>of()).toList());
  }

  private static List<String> words(int[] centre, NounTable nouns) {
    return Arrays.stream(centre)
        .limit(SHOWN)
        .mapToObj(row -> nouns.nouns().get(row).lemma())
        .distinct()
        .toList();
  }
}
