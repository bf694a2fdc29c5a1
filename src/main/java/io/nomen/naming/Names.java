package io.nomen.naming;

import io.nomen.run.NounTable;
import io.nomen.semantics.NounScores;
import io.nomen.semantics.SemanticSpace;
import io.nomen.tensor.RowBlocks;
import io.nomen.vocabulary.Noun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Names of all clusters from the selected nouns; the same for every method. */
public final class Names {
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

  /** Classes that were given: cluster k is noun k, whatever the scores. */
  static List<ClusterName> given(RowBlocks embeddings, int[] clusters, NounTable classes) {
    int count = classes.nouns().size();
    float[][] scores =
        NounScores.of(embeddings, classes.embeddings(), List.of(clusters), count).get(0);
    return IntStream.range(0, count).mapToObj(k -> given(k, scores[k], classes.nouns())).toList();
  }

  private static ClusterName given(int cluster, float[] scores, List<Noun> classes) {
    List<ScoredNoun> others =
        IntStream.range(0, classes.size())
            .filter(k -> k != cluster)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer k) -> -scores[k]))
            .limit(4)
            .map(k -> scored(classes.get(k), scores[k]))
            .toList();
    List<ScoredNoun> shown = new ArrayList<>();
    shown.add(scored(classes.get(cluster), scores[cluster]));
    shown.addAll(others);
    Noun own = classes.get(cluster);
    return new ClusterName(
        own.lemma(), true, own.gloss(), shown, Optional.empty(), List.of(), "it was given");
  }

  private static ScoredNoun scored(Noun noun, float score) {
    return new ScoredNoun(noun.lemma(), score, noun.synset(), noun.gloss());
  }

  private static ClusterName blank(int cluster) {
    return new ClusterName(
        "cluster " + cluster,
        false,
        "",
        List.of(),
        Optional.empty(),
        List.of(),
        "there is no vocabulary to name it from");
  }
}
