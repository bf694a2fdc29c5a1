package io.nomen.naming;

import io.nomen.run.NounTable;
import java.util.Arrays;
import java.util.List;

/**
 * What the clusters of a run are called, and what they were made of.
 *
 * @param names [K]
 * @param centreNouns [K] nouns that made the cluster's semantic centre; empty lists where it was
 *     not made of nouns
 */
public record NamedClusters(List<ClusterName> names, List<List<String>> centreNouns) {
  private static final int SHOWN = 30;

  /**
   * @param made [K] numbers of the nouns that made each cluster's centre, or nothing at all
   */
  static NamedClusters of(List<ClusterName> names, List<int[]> made, NounTable nouns) {
    return new NamedClusters(names, made.stream().map(centre -> words(centre, nouns)).toList());
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
