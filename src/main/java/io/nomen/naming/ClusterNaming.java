package io.nomen.naming;

import io.nomen.evaluate.ClusterProfiles;
import io.nomen.evaluate.RunQuality;
import io.nomen.method.Clustering;
import io.nomen.naming.ClusterNames.ClusterName;
import io.nomen.naming.ClusterNames.ClusterName.ScoredNoun;
import io.nomen.run.ClusterRow;
import io.nomen.run.NounTable;
import io.nomen.run.Snapshot;
import io.nomen.semantics.NamingSample;
import io.nomen.semantics.NounScores;
import io.nomen.semantics.SemanticCentres;
import io.nomen.semantics.SemanticCentres.SemanticOptions;
import io.nomen.semantics.SemanticCentres.SemanticSpace;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import io.nomen.vocabulary.Noun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import org.apache.spark.storage.StorageLevel;

/**
 * Names the clusters of a method, or any others: given classes keep their names; all others are
 * named from the semantic space of the method, or from one that is found for the names alone.
 *
 * @param given whether the nouns are the classes themselves
 * @param verbatim whether the nouns are somebody's own list, whose words are not rewritten
 */
public record ClusterNaming(
    boolean given,
    boolean verbatim,
    Optional<NounTable> nouns,
    SemanticOptions semantics,
    long seed) {
  private static final int MOST_ROWS = 65_536;
  private static final int ROWS_PER_CLUSTER = 64;
  private static final int ROWS_PER_CENTRE = 16;

  /**
   * Names the clusters of a method.
   *
   * @param earlier [K] names of an earlier run, which are kept while they fit
   */
  public NamedClusters of(
      RowBlocks embeddings, Clustering clustering, List<Optional<ClusterName>> earlier) {
    NamingSample sample = NamingSample.of(clustering.assignments(), embeddings.rows());
    if (given) {
      return NamedClusters.of(Names.given(embeddings, sample, nouns.orElseThrow()));
    }
    List<ClusterName> names = names(embeddings, sample, clustering.semantics(), earlier);
    return clustering.centreNouns().isEmpty()
        ? NamedClusters.of(names)
        : NamedClusters.of(names, clustering.centreNouns(), nouns.orElseThrow());
  }

  /**
   * Names any clustering, whoever made it.
   *
   * @param sample its clusters are 0 to {@code count} − 1
   */
  public NamedClusters of(RowBlocks embeddings, NamingSample sample, int count) {
    return NamedClusters.of(names(embeddings, sample, Optional.empty(), Names.unknown(count)));
  }

  private List<ClusterName> names(
      RowBlocks embeddings,
      NamingSample sample,
      Optional<SemanticSpace> space,
      List<Optional<ClusterName>> earlier) {
    return Names.of(
        embeddings,
        sample,
        space(embeddings, space, earlier.size()),
        nouns,
        verbatim,
        earlier,
        seed);
  }

  /**
   * The semantic space that clusters are named from: the method's, or one that is found for the
   * names alone; empty where there are no nouns.
   *
   * @param clusters K
   */
  public Optional<SemanticSpace> space(
      RowBlocks embeddings, Optional<SemanticSpace> ofMethod, int clusters) {
    return ofMethod.or(() -> nouns.map(table -> space(embeddings, table, clusters)));
  }

  /** Of many images a sample: names look at fewer still. */
  private SemanticSpace space(RowBlocks embeddings, NounTable table, int clusters) {
    RowBlocks some = RowSample.even(embeddings, Math.max(MOST_ROWS, ROWS_PER_CLUSTER * clusters));
    if (some.equals(embeddings)) {
      return SemanticCentres.find(embeddings, table.matrix(), clusters, semantics, seed);
    }
    int wanted = SemanticCentres.automatic(embeddings.rows(), clusters);
    SemanticOptions options =
        new SemanticOptions(
            OptionalInt.of(
                semantics.centres().orElse((int) Math.min(wanted, some.rows() / ROWS_PER_CENTRE))),
            semantics.kmeans(),
            semantics.nounsPerCentre(),
            semantics.temperature());
    some.persist(StorageLevel.MEMORY_AND_DISK());
    try {
      return SemanticCentres.find(some, table.matrix(), clusters, options, seed);
    } finally {
      some.unpersist();
    }
  }

  /**
   * Names of clusters that no earlier run had, from a {@code space} that was found before.
   *
   * @param sample its clusters are 0 to {@code count} − 1
   */
  public List<ClusterName> names(
      RowBlocks embeddings, NamingSample sample, Optional<SemanticSpace> space, int count) {
    return Names.of(embeddings, sample, space, nouns, verbatim, Names.unknown(count), seed);
  }

  /**
   * What the clusters of a run are called, and what they were made of.
   *
   * @param names [K]
   * @param centreNouns [K] nouns that made the cluster's semantic centre; empty lists where it was
   *     not made of nouns
   * @param numbers [K] the clusters' numbers, rising; not all need be a cluster's
   * @param firstNew the lowest number that no earlier run's cluster has; 0 where there was no such
   *     run
   */
  public record NamedClusters(
      List<ClusterName> names,
      List<List<String>> centreNouns,
      List<Integer> numbers,
      int firstNew) {
    private static final int SHOWN = 30;
    private static final int NEAR = 3;

    public NamedClusters(List<ClusterName> names, List<List<String>> centreNouns) {
      this(names, centreNouns, IntStream.range(0, names.size()).boxed().toList());
    }

    public NamedClusters(
        List<ClusterName> names, List<List<String>> centreNouns, List<Integer> numbers) {
      this(names, centreNouns, numbers, 0);
    }

    /**
     * The same under other numbers.
     *
     * @param ids [K]
     * @param firstNew the lowest that no earlier run's cluster has
     */
    public NamedClusters renumbered(int[] ids, int firstNew) {
      List<Integer> order =
          IntStream.range(0, ids.length)
              .boxed()
              .sorted(Comparator.comparingInt(place -> ids[place]))
              .toList();
      return new NamedClusters(
          order.stream()
              .map(
                  place ->
                      names.get(place).named()
                          ? names.get(place)
                          : names.get(place).unnamed(ids[place]))
              .toList(),
          order.stream().map(centreNouns::get).toList(),
          order.stream().map(place -> ids[place]).toList(),
          firstNew);
    }

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
          rows.stream().map(ClusterRow::centreNouns).toList(),
          rows.stream().map(ClusterRow::cluster).toList());
    }

    /**
     * The table {@code clusters}, one row each.
     *
     * @param paths of the medoids, by their rows
     */
    public List<ClusterRow> rows(
        ClusterProfiles profiles, RunQuality quality, LongFunction<Optional<String>> paths) {
      return IntStream.range(0, names.size())
          .mapToObj(i -> row(i, profiles, quality, paths))
          .toList();
    }

    private ClusterRow row(
        int at,
        ClusterProfiles profiles,
        RunQuality quality,
        LongFunction<Optional<String>> paths) {
      int cluster = numbers.get(at);
      ClusterName name = names.get(at);
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
          centreNouns.get(at),
          quality.sizes()[cluster],
          (float) quality.meanConfidence()[cluster],
          Double.isNaN(silhouette) ? Optional.empty() : Optional.of((float) silhouette),
          medoid < 0 ? Optional.empty() : paths.apply(medoid),
          near.stream().mapToInt(Integer::intValue).toArray(),
          floats(near.stream().mapToDouble(other -> profiles.similarity(cluster, other)).toArray()),
          cluster < firstNew ? Optional.of(cluster) : Optional.empty());
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

  /** Names of all clusters from the selected nouns; the same for every method. */
  public static final class Names {
    private Names() {}

    /** Of clusters that no earlier run had. */
    public static List<Optional<ClusterName>> unknown(int count) {
      return Collections.nCopies(count, Optional.empty());
    }

    /**
     * Names clusters from their best nouns.
     *
     * @param space the run's semantic space; empty where there is no vocabulary, and then clusters
     *     keep their numbers
     * @param verbatim whether names must be nouns as they are
     * @param earlier [K] names of an earlier run, which are kept while they fit
     */
    public static List<ClusterName> of(
        RowBlocks embeddings,
        NamingSample sample,
        Optional<SemanticSpace> space,
        Optional<NounTable> nouns,
        boolean verbatim,
        List<Optional<ClusterName>> earlier,
        long seed) {
      int count = earlier.size();
      if (space.isEmpty() || nouns.isEmpty()) {
        return IntStream.range(0, count).mapToObj(Names::blank).toList();
      }
      List<Noun> selected =
          Arrays.stream(space.get().selected()).mapToObj(nouns.get().nouns()::get).toList();
      List<int[]> partitions = new ArrayList<>();
      partitions.add(sample.clusters());
      partitions.addAll(
          Arrays.asList(NoiseThreshold.shuffled(sample.clusters(), NoiseThreshold.ROUNDS, seed)));
      Matrix words = space.get().nouns().embeddings();
      NounScores scores = NounScores.of(embeddings, words, sample.rows(), partitions, count);
      return ClusterNames.of(
          selected, scores.scores(), NoiseThreshold.of(scores.maxima()), verbatim, earlier);
    }

    /** Classes that were given: cluster k is noun k, whatever the scores. */
    static List<ClusterName> given(RowBlocks embeddings, NamingSample sample, NounTable classes) {
      int count = classes.nouns().size();
      float[][] scores =
          NounScores.of(
                  embeddings,
                  classes.embeddings(),
                  sample.rows(),
                  List.of(sample.clusters()),
                  count)
              .scores();
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
          own.lemma(), true, own.gloss(), shown, Optional.empty(), List.of(), ClusterName.GIVEN);
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
}
