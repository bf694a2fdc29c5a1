package io.nomen.naming;

import io.nomen.RootLocale;
import io.nomen.naming.ClusterNames.ClusterName.ScoredNoun;
import io.nomen.naming.Concepts.CommonHypernym;
import io.nomen.naming.Concepts.Concept;
import io.nomen.run.ClusterRow;
import io.nomen.tensor.LinearAssignment;
import io.nomen.vocabulary.Noun;
import io.nomen.vocabulary.WordNet;
import io.nomen.vocabulary.WordNet.Sense;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Names for all clusters of a run at once. Each gets the best noun that no other has, by one linear
 * assignment over the scores, to which the words above a noun add theirs; three sisters become
 * their common hypernym; where images agree on a kind but on no noun, the kind is the name, and may
 * stand beside narrower ones ("dog" and "poodle"); a cluster for which nothing stands out keeps its
 * number.
 */
public final class ClusterNames {
  /** Nouns on a card. */
  private static final int SHOWN = 5;

  /** An abstract noun counts for less, so that a concrete one within 10 % of it goes before. */
  private static final double ABSTRACT = 0.9 - 1e-9;

  /** A noun with less than this share of the cluster's best score would be the wrong word. */
  private static final double LEAST_SHARE = 0.25;

  /** Beside this all scores together are small: of two matchings that which keeps more wins. */
  private static final double KEPT = 1e6;

  private final List<Concept> concepts;

  /** [K, m] as they were found: what cards show. */
  private final float[][] found;

  /** [K, m] without those of places where clusters are of what is seen there. */
  private final float[][] scores;

  private final double[] noise;

  /** [K] The place that was left aside. */
  private final List<Optional<String>> places;

  private final Specificity specificity = new Specificity();

  /** [K, concepts] each concept's score with those of the words above it. */
  private final double[][] with;

  private final HypernymChoice widerWord;
  private final boolean verbatim;
  private final List<Optional<ClusterName>> earlier;

  private ClusterNames(
      List<Noun> nouns,
      float[][] scores,
      double[] noise,
      boolean verbatim,
      List<Optional<ClusterName>> earlier) {
    this.found = scores;
    this.scores = scores.clone();
    this.noise = noise.clone();
    this.verbatim = verbatim;
    this.earlier = earlier;
    SenseChoice choice = new SenseChoice(nouns, scores);
    List<Optional<Sense>> senses = IntStream.range(0, nouns.size()).mapToObj(choice::of).toList();
    concepts = verbatim ? Concepts.verbatim(nouns, senses) : Concepts.of(nouns, senses);
    places = verbatim ? Collections.nCopies(scores.length, Optional.empty()) : leavePlacesAside();
    widerWord = new HypernymChoice(concepts, specificity);
    with = new double[scores.length][];
  }

  private List<Optional<String>> leavePlacesAside() {
    SceneChoice scenes = new SceneChoice(concepts);
    List<Optional<String>> aside = new ArrayList<>();
    for (int c = 0; c < found.length; c++) {
      Optional<SceneChoice.Things> things =
          keptNoun(c).filter(SceneChoice::isPlace).isPresent()
              ? Optional.empty()
              : scenes.of(found[c], noise[c]);
      if (things.isPresent()) {
        scores[c] = things.get().scores();
        noise[c] *= things.get().factor();
      }
      aside.add(things.map(SceneChoice.Things::place));
    }
    return aside;
  }

  /**
   * Names K clusters.
   *
   * @param nouns the m selected nouns
   * @param scores [K, m] mean retrieval weight over the cluster's images less that over all images
   * @param noise [K] the score that a name must exceed, from {@link NoiseThreshold}
   * @param verbatim whether names must be nouns as they are: the list is somebody's own
   * @param earlier [K] names that are kept while they fit: a noun that is among the cluster's five
   *     best, a kind of thing that two of these are
   * @return one per cluster, in order
   */
  public static List<ClusterName> of(
      List<Noun> nouns,
      float[][] scores,
      double[] noise,
      boolean verbatim,
      List<Optional<ClusterName>> earlier) {
    if (noise.length != scores.length || earlier.size() != scores.length) {
      throw new IllegalArgumentException(
          "%d clusters but %d thresholds and %d earlier names"
              .formatted(scores.length, noise.length, earlier.size()));
    }
    for (float[] row : scores) {
      if (row.length != nouns.size()) {
        throw new IllegalArgumentException(
            "%d nouns but %d scores".formatted(nouns.size(), row.length));
      }
    }
    return new ClusterNames(nouns, scores, noise, verbatim, earlier).all();
  }

  private List<ClusterName> all() {
    int[] assigned = assign();
    Set<String> taken = new HashSet<>(keptKinds());
    for (int concept : assigned) {
      if (concept >= 0) {
        taken.add(concepts.get(concept).name().toLowerCase(Locale.ROOT));
      }
    }
    List<ClusterName> names = new ArrayList<>();
    for (int c = 0; c < scores.length; c++) {
      ClusterName name = one(c, assigned, taken);
      taken.add(name.name().toLowerCase(Locale.ROOT));
      names.add(name);
    }
    return names;
  }

  /**
   * The concept of each cluster, −1 where none is left that stands out. Where another cluster is
   * named after a cluster's best, that speaks for what is under it: of lobsters among crustaceans.
   */
  private int[] assign() {
    double[][] gain = new double[scores.length][];
    Set<String> kinds = keptKinds();
    for (int c = 0; c < scores.length; c++) {
      gain[c] = gain(c, kinds, new BitSet());
    }
    int[] first = assigned(gain);
    BitSet taken = new BitSet();
    IntStream.of(first).filter(j -> j >= 0).forEach(taken::set);
    for (int c = 0; c < scores.length; c++) {
      BitSet byOthers = (BitSet) taken.clone();
      if (first[c] >= 0) {
        byOthers.clear(first[c]);
      }
      if (best(scores[c]).stream().limit(1).mapToInt(concepts::indexOf).anyMatch(byOthers::get)) {
        gain[c] = gain(c, kinds, byOthers);
      }
    }
    return assigned(gain);
  }

  /** What each concept would be worth as the name of cluster {@code c}; 0 where it may not be. */
  private double[] gain(int c, Set<String> kinds, BitSet taken) {
    float[] own = scores[c];
    double best = concepts.stream().mapToDouble(concept -> concept.score(own)).max().orElse(0);
    with[c] = widerWord.withWordsAbove(own, taken::get);
    double[] gain = new double[concepts.size()];
    for (int j = 0; j < gain.length; j++) {
      Concept concept = concepts.get(j);
      boolean free = !kinds.contains(concept.name().toLowerCase(Locale.ROOT));
      double score = concept.score(own);
      boolean standsOut = (taken.isEmpty() ? score : with[c][j]) > noise[c];
      gain[j] = standsOut && score > LEAST_SHARE * best && free ? weight(concept) * with[c][j] : 0;
    }
    keptNoun(c).map(concepts::indexOf).filter(j -> gain[j] > 0).ifPresent(j -> gain[j] += KEPT);
    return gain;
  }

  private static int[] assigned(double[][] gain) {
    int[] assigned = LinearAssignment.maximise(gain);
    for (int c = 0; c < assigned.length; c++) {
      if (assigned[c] >= 0 && gain[c][assigned[c]] <= 0) {
        assigned[c] = -1;
      }
    }
    return assigned;
  }

  /** The noun that names cluster {@code c} in the earlier run, where it is among its best still. */
  private Optional<Concept> keptNoun(int c) {
    return earlier
        .get(c)
        .filter(name -> name.named() && name.hypernym().isEmpty())
        .flatMap(
            name ->
                best(found[c]).stream()
                    .filter(concept -> concept.name().equalsIgnoreCase(name.name()))
                    .findFirst());
  }

  /**
   * The kind that names cluster {@code c} in the earlier run, where two of its best are under it.
   */
  private Optional<Sense> keptKind(int c) {
    return earlier
        .get(c)
        .filter(name -> name.named() && !verbatim)
        .flatMap(ClusterName::hypernym)
        .flatMap(id -> WordNet.get().sense(id))
        .filter(kind -> namesUnder(kind, best(found[c])).size() >= 2);
  }

  /** How the kinds that stay names read. */
  private Set<String> keptKinds() {
    return IntStream.range(0, scores.length)
        .mapToObj(this::keptKind)
        .flatMap(Optional::stream)
        .map(ClusterNames::key)
        .collect(Collectors.toSet());
  }

  private static String key(Sense kind) {
    return new ReadableName().of(kind).toLowerCase(Locale.ROOT);
  }

  private double weight(Concept concept) {
    if (verbatim) {
      return 1;
    }
    if (specificity.saysNothing(concept)) {
      return 0;
    }
    return specificity.isAbstract(concept) ? ABSTRACT : 1;
  }

  private ClusterName one(int cluster, int[] assigned, Set<String> taken) {
    List<ScoredNoun> nouns =
        best(found[cluster]).stream().map(concept -> concept.scored(found[cluster])).toList();
    if (verbatim) {
      return assigned[cluster] < 0
          ? blank(cluster, nouns)
          : single(cluster, concepts.get(assigned[cluster]), nouns);
    }
    Optional<Sense> kind = keptKind(cluster);
    if (kind.isPresent()) {
      return above(
          kind.get(),
          nouns,
          namesUnder(kind.get(), best(found[cluster])),
          "the earlier run's name, and its best nouns are kinds of it still (%s)");
    }
    List<Concept> best = best(scores[cluster]);
    if (assigned[cluster] < 0) {
      return wider(cluster, best, nouns, assigned[cluster], taken)
          .orElseGet(() -> blank(cluster, nouns));
    }
    Concept concept = concepts.get(assigned[cluster]);
    if (keptNoun(cluster).filter(concept::equals).isPresent()) {
      return single(cluster, concept, nouns);
    }
    return family(cluster, best, nouns, taken)
        .or(() -> wider(cluster, best, nouns, assigned[cluster], taken))
        .orElseGet(() -> single(cluster, concept, nouns));
  }

  private ClusterName blank(int cluster, List<ScoredNoun> nouns) {
    return new ClusterName(
        "cluster " + cluster,
        false,
        "",
        nouns,
        Optional.empty(),
        List.of(),
        whyBlank(cluster, nouns));
  }

  private ClusterName single(int cluster, Concept concept, List<ScoredNoun> nouns) {
    double score = concept.score(scores[cluster]);
    double own = with[cluster][concepts.indexOf(concept)];
    String reason =
        RootLocale.format(
                "%s noun that no other cluster is named after: score %.3f%s, chance reaches %.3f",
                own >= Arrays.stream(with[cluster]).max().orElseThrow()
                    ? "the best"
                    : keptNoun(cluster).filter(concept::equals).isPresent()
                        ? "the earlier run's"
                        : "the best free",
                score,
                own > score ? RootLocale.format(", with the words above it %.3f", own) : "",
                noise[cluster])
            + aside(cluster);
    String gloss = concept.sense().map(Sense::gloss).orElse("");
    return new ClusterName(concept.name(), true, gloss, nouns, Optional.empty(), List.of(), reason);
  }

  private String aside(int cluster) {
    return places
        .get(cluster)
        .map("; the place where it is seen (%s) is left aside"::formatted)
        .orElse("");
  }

  private Optional<ClusterName> family(
      int cluster, List<Concept> best, List<ScoredNoun> nouns, Set<String> taken) {
    // A kind of one of them is no sister of it: both say the same.
    List<Integer> apart =
        IntStream.range(0, best.size())
            .filter(i -> best.stream().noneMatch(other -> isAbove(best.get(i), other)))
            .boxed()
            .toList();
    List<String> sisters = apart.stream().limit(3).map(i -> best.get(i).name()).toList();
    String reason = "the best three nouns (%s) are kinds of it" + aside(cluster);
    return new CommonHypernym(specificity)
        .of(
            apart.stream().map(best::get).toList(),
            apart.stream().map(i -> best.get(i).score(scores[cluster])).toList())
        .filter(hypernym -> isFree(hypernym, taken))
        .map(hypernym -> above(hypernym, nouns, sisters, reason));
  }

  private static boolean isAbove(Concept concept, Concept other) {
    return !concept.equals(other) && concept.sense().filter(other::isUnder).isPresent();
  }

  private Optional<ClusterName> wider(
      int cluster, List<Concept> best, List<ScoredNoun> nouns, int assigned, Set<String> taken) {
    String reason =
        "most of it goes to kinds of it (%s), and to none of them half as much" + aside(cluster);
    return widerWord
        .of(scores[cluster], assigned)
        .filter(kind -> isFree(kind, taken))
        .map(kind -> above(kind, nouns, namesUnder(kind, best), reason));
  }

  /** Whether no other cluster has the name; another may have the name of a kind of it. */
  private static boolean isFree(Sense hypernym, Set<String> taken) {
    return !taken.contains(key(hypernym));
  }

  private static List<String> namesUnder(Sense kind, List<Concept> best) {
    return best.stream().filter(concept -> concept.isUnder(kind)).map(Concept::name).toList();
  }

  private static ClusterName above(
      Sense hypernym, List<ScoredNoun> nouns, List<String> sisters, String reason) {
    return new ClusterName(
        new ReadableName().of(hypernym),
        true,
        hypernym.gloss(),
        nouns,
        Optional.of(hypernym.id()),
        sisters,
        reason.formatted(String.join(", ", sisters)));
  }

  private List<Concept> best(float[] own) {
    return concepts.stream()
        .filter(concept -> concept.score(own) > 0)
        .sorted(Comparator.comparingDouble(concept -> -concept.score(own)))
        .limit(SHOWN)
        .toList();
  }

  private String whyBlank(int cluster, List<ScoredNoun> nouns) {
    double best = nouns.isEmpty() ? 0 : nouns.get(0).score();
    return best <= noise[cluster]
        ? RootLocale.format(
            "no noun stands out: the best scores %.3f, chance reaches %.3f", best, noise[cluster])
        : "the nouns that stand out name other clusters or say too little";
  }

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
}
