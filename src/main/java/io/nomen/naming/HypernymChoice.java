package io.nomen.naming;

import io.nomen.naming.Concepts.Concept;
import io.nomen.vocabulary.WordNet;
import io.nomen.vocabulary.WordNet.Sense;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * What WordNet's hypernyms say of a cluster's scores. The words above a noun speak for it: an
 * elephant is near "pachyderm" and "proboscidean" too, and these take from its score without being
 * another thing. And the word above, where images agree on the kind but not on the thing: some of a
 * cluster's llamas are nearest to "dromedary", some to "bison", some to "gazelle", and all are
 * ungulates. To be less specific rather than wrong is from Deng, Krause, Berg and Fei-Fei, "Hedging
 * Your Bets" (2012).
 */
final class HypernymChoice {
  /** A wider word that people use less must have this many times a noun's score to be clearer. */
  private static final double SELDOM = 1.2;

  /** How many times the clearest noun's score one must reach with the words above it. */
  private static final double WELL_ABOVE = 1.2;

  /** What a kind must hold of the cluster's score, of which all nouns together have at most 1. */
  private static final double LEAST = 0.4;

  /** How many times the score of the best noun, with what says the same, a kind must hold. */
  private static final double FACTOR = 2;

  private final WordNet wordnet = WordNet.get();
  private final List<Concept> concepts;

  /** All that some concept is a kind of and that may be a name. */
  private final List<Sense> kinds = new ArrayList<>();

  /** For each concept the places in {@link #kinds} of what it is a kind of. */
  private final int[][] kindsOf;

  /** For each concept the places of those that stand above it and say something. */
  private final int[][] above;

  /** [m] How often people use each concept's word. */
  private final int[] use;

  /** For each meaning that is a concept or stands above one, the places of these concepts. */
  private final Map<String, List<Integer>> under = new HashMap<>();

  HypernymChoice(List<Concept> concepts, Specificity specificity) {
    this.concepts = concepts;
    Map<String, Integer> places = new HashMap<>();
    kindsOf =
        concepts.stream().map(concept -> kinds(concept, specificity, places)).toArray(int[][]::new);
    Map<String, Integer> bySense = new HashMap<>();
    for (int j = 0; j < kindsOf.length; j++) {
      int place = j;
      concepts.get(j).sense().ifPresent(sense -> bySense.put(sense.id(), place));
      for (String id : ancestors(concepts.get(j))) {
        under.computeIfAbsent(id, meaning -> new ArrayList<>()).add(j);
      }
    }
    above = new int[concepts.size()][];
    ReadableName readable = new ReadableName();
    use =
        concepts.stream()
            .mapToInt(c -> c.sense().map(sense -> readable.use(c.name(), sense)).orElse(0))
            .toArray();
    for (int j = 0; j < above.length; j++) {
      int place = j;
      above[j] =
          ancestors(concepts.get(j)).stream()
              .filter(bySense::containsKey)
              .mapToInt(bySense::get)
              .filter(up -> up != place && !specificity.saysNothing(concepts.get(up)))
              .toArray();
    }
  }

  /**
   * The scores of the concepts, each with those of the concepts above it that it may stand for:
   * where the wider word is seen more clearly and free, it is the better name. A clearer noun of
   * another kind gives way only to one that is lifted well above it.
   *
   * @param scores [m] of a cluster
   * @param taken the concepts that name other clusters
   */
  double[] withWordsAbove(float[] scores, IntPredicate taken) {
    double[] own = own(scores);
    double clearest = DoubleStream.of(own).max().orElse(0);
    return IntStream.range(0, own.length)
        .mapToDouble(j -> lifted(own[j], own[j] + above(j, own, taken), clearest))
        .toArray();
  }

  private double above(int j, double[] own, IntPredicate taken) {
    return IntStream.of(above[j])
        .filter(up -> own[up] > 0)
        .filter(up -> taken.test(up) || own[up] < clearest(j, up) * own[j])
        .mapToDouble(up -> own[up])
        .sum();
  }

  private static double lifted(double own, double lifted, double clearest) {
    return own < clearest && lifted < WELL_ABOVE * clearest
        ? Math.min(lifted, clearest * (1 - 1e-6))
        : lifted;
  }

  /** How many times its own score concept {@code j} leaves to the wider word {@code up}. */
  private double clearest(int j, int up) {
    return use[up] < use[j] ? SELDOM : 1;
  }

  private double[] own(float[] scores) {
    return concepts.stream().mapToDouble(concept -> concept.score(scores)).toArray();
  }

  private int[] kinds(Concept concept, Specificity specificity, Map<String, Integer> places) {
    return ancestors(concept).stream()
        .map(id -> wordnet.sense(id).orElseThrow())
        .filter(kind -> specificity.isKind(kind) && !specificity.isBroad(kind))
        .mapToInt(kind -> places.computeIfAbsent(kind.id(), id -> added(kind)))
        .toArray();
  }

  private Set<String> ancestors(Concept concept) {
    return concept.sense().map(sense -> wordnet.ancestors(sense.id())).orElse(Set.of());
  }

  private int added(Sense kind) {
    kinds.add(kind);
    return kinds.size() - 1;
  }

  /**
   * The narrowest kind that holds most of a cluster's score, where neither the best noun nor the
   * one assigned holds half as much, each with all nouns that are kinds of it and with the words
   * between it and the kind.
   *
   * @param scores [m] of the cluster
   * @param assigned the concept that it would be named after; negative where there is none
   */
  Optional<Sense> of(float[] scores, int assigned) {
    double[] own = own(scores);
    double[] held = new double[kinds.size()];
    int top = 0;
    for (int j = 0; j < own.length; j++) {
      top = own[j] > own[top] ? j : top;
      for (int kind : kindsOf[j]) {
        held[kind] += own[j];
      }
    }
    int[] narrow = top == assigned || assigned < 0 ? new int[] {top} : new int[] {top, assigned};
    return IntStream.range(0, held.length)
        .filter(kind -> held[kind] > LEAST)
        .filter(
            kind ->
                IntStream.of(narrow)
                    .allMatch(j -> held[kind] > FACTOR * narrower(j, kinds.get(kind), own)))
        .mapToObj(kinds::get)
        .min(Comparator.comparingInt(kind -> wordnet.subtreeSize(kind.id())));
  }

  /**
   * What a concept has together with its kinds, and with the words above it that are under {@code
   * kind}.
   */
  private double narrower(int j, Sense kind, double[] own) {
    double kindsOfIt = withKinds(j).stream().mapToDouble(i -> own[i]).sum();
    return kindsOfIt
        + IntStream.of(above[j])
            .filter(up -> own[up] > 0 && own[up] < own[j])
            .filter(up -> !concepts.get(up).sense().equals(Optional.of(kind)))
            .filter(up -> concepts.get(up).isUnder(kind))
            .mapToDouble(up -> own[up])
            .sum();
  }

  /** The places of a concept and of all that are kinds of it. */
  private List<Integer> withKinds(int concept) {
    return concepts
        .get(concept)
        .sense()
        .map(sense -> under.get(sense.id()))
        .orElse(List.of(concept));
  }
}
