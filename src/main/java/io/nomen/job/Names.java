package io.nomen.job;

import io.nomen.naming.ClusterName;
import io.nomen.naming.ClusterNames;
import io.nomen.naming.NoiseThreshold;
import io.nomen.semantics.NounScores;
import io.nomen.semantics.SemanticSpace;
import io.nomen.tensor.RowBlocks;
import io.nomen.vocabulary.Noun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Names of all clusters from the selected nouns; the same for every method. */
final class Names {
  private Names() {}

  /**
   * @param space the run's semantic space; empty where there is no vocabulary, and then clusters
   *     keep their numbers
   */
  static List<ClusterName> of(
      RowBlocks embeddings,
      int[] clusters,
      int count,
      Optional<SemanticSpace> space,
      Optional<NounTable> nouns,
      long seed) {
    if (space.isEmpty() || nouns.isEmpty()) {
      return IntStream.range(0, count).mapToObj(Names::blank).toList();
    }
    List<Noun> selected =
        Arrays.stream(space.get().selected()).mapToObj(nouns.get().nouns()::get).toList();
    List<int[]> partitions = new ArrayList<>();
    partitions.add(clusters);
    partitions.addAll(
        Arrays.asList(NoiseThreshold.shuffled(clusters, NoiseThreshold.ROUNDS, seed)));
    List<float[][]> scores =
        NounScores.of(embeddings, space.get().nouns().embeddings(), partitions, count);
    List<double[]> maxima =
        scores.subList(1, scores.size()).stream().map(NoiseThreshold::maxima).toList();
    return ClusterNames.of(selected, scores.get(0), NoiseThreshold.of(maxima));
  }

  private static ClusterName blank(int cluster) {
    return new ClusterName(
        "cluster " + cluster,
        false,
        List.of(),
        Optional.empty(),
        List.of(),
        "there is no vocabulary to name it from");
  }
}
