package io.nomen.vocabulary;

import io.nomen.RootLocale;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nouns of WordNet 3.1 (Princeton University, 2011): 82,192 meanings, 117,953 words, and what
 * is a kind of what. Read on first use, once per process; immutable afterwards and safe to share.
 *
 * <p>Lemmas are looked up without regard to capitals, with spaces or underscores, and a plural
 * finds its singular. Ids that WordNet does not have are {@link IllegalArgumentException}s, except
 * in {@link #sense}.
 */
public final class WordNet {
  private static final Logger LOG = LoggerFactory.getLogger(WordNet.class);

  /** What everything that can be photographed is a kind of. */
  public static final String PHYSICAL_ENTITY = "physical_entity.n.01";

  private static final class Loaded {
    static final WordNet INSTANCE = new WordNet();
  }

  private final WordNetTables tables;
  private final Map<String, Integer> numbers;
  private final Taxonomy taxonomy;

  private WordNet() {
    long start = System.nanoTime();
    tables = WordNetTables.load();
    numbers = new HashMap<>();
    for (int s = 0; s < tables.ids().length; s++) {
      numbers.put(tables.ids()[s], s);
    }
    taxonomy = new Taxonomy(tables.hypernyms());
    double seconds = (System.nanoTime() - start) / 1e9;
    LOG.info("WordNet: {} noun senses in {} s", size(), RootLocale.format("%.1f", seconds));
  }

  /** The one instance; the first call reads the files. */
  public static WordNet get() {
    return Loaded.INSTANCE;
  }

  /** Reads everything, so that whoever asks later need not wait. */
  public static void load() {
    get().glossCount("entity");
  }

  /** How many meanings there are. */
  public int size() {
    return tables.ids().length;
  }

  /** Every distinct word in lower case, in alphabetical order. */
  public Collection<String> lemmas() {
    return Collections.unmodifiableSet(tables.senses().keySet());
  }

  /** The meaning with this id, where there is one. */
  public Optional<Sense> sense(String id) {
    return Optional.ofNullable(numbers.get(id)).map(this::describe);
  }

  /** All meanings of a word in the order of their sense numbers; none for a word not known. */
  public List<Sense> senses(String lemma) {
    return Arrays.stream(synsetsOf(lemma)).mapToObj(this::describe).toList();
  }

  /**
   * The meaning that people use most. Where the corpus counts do not decide (most words were never
   * tagged), a kind goes before a person or place of that name, a word in small letters before a
   * name, a meaning that the word comes first for before one that has a better word; then WordNet's
   * order.
   */
  public Optional<Sense> firstSense(String lemma) {
    String form = key(lemma);
    return Arrays.stream(synsetsOf(lemma))
        .boxed()
        .min(
            Comparator.<Integer>comparingInt(s -> -tagCount(form, s))
                .thenComparing(s -> tables.instances()[s])
                .thenComparing(s -> !List.of(tables.lemmas()[s]).contains(form))
                .thenComparing(s -> !tables.lemmas()[s][0].equals(form)))
        .map(this::describe);
  }

  /** The meanings right above; more than one where WordNet has several, none for the root. */
  public List<Sense> hypernyms(String id) {
    return describe(Arrays.stream(taxonomy.hypernyms(number(id))));
  }

  /** The other kinds of the same hypernyms: for a corgi, the other dogs beside it. */
  public List<Sense> sisters(String id) {
    int self = number(id);
    return describe(
        Arrays.stream(taxonomy.hypernyms(self))
            .flatMap(hypernym -> Arrays.stream(taxonomy.hyponyms(hypernym)))
            .filter(synset -> synset != self)
            .distinct());
  }

  /** The meaning itself and everything under it, kinds and instances, nearest first. */
  public List<Sense> subtree(String id) {
    return describe(Arrays.stream(taxonomy.descendants(number(id))));
  }

  /** How many meanings {@link #subtree} has. */
  public int subtreeSize(String id) {
    return taxonomy.descendants(number(id)).length;
  }

  /** Steps from the root along a shortest way, as {@link Sense#depth}. */
  public int depth(String id) {
    return taxonomy.depth(number(id));
  }

  /** Whether {@code id} is {@code ancestor} or a kind of it, along any of its hypernyms. */
  public boolean isUnder(String id, String ancestor) {
    return ancestors(id).contains(ancestor);
  }

  /** Whether it is something that has a body: under {@link #PHYSICAL_ENTITY}. */
  public boolean isPhysical(String id) {
    return isUnder(id, PHYSICAL_ENTITY);
  }

  /** The id itself and all ids above it, nearest first. */
  public Set<String> ancestors(String id) {
    return Arrays.stream(taxonomy.ancestors(number(id)))
        .mapToObj(synset -> tables.ids()[synset])
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** How often Princeton's annotators met {@code lemma} in this meaning; 0 for most. */
  public int tagCount(String lemma, String id) {
    return tagCount(key(lemma), number(id));
  }

  /**
   * How often the word stands in WordNet's own definitions, in whatever meaning: some measure of
   * how common it is among the words that were never tagged.
   */
  public int glossCount(String lemma) {
    return GlossCounts.COUNTS.getOrDefault(key(lemma), 0);
  }

  private static final class GlossCounts {
    static final Map<String, Integer> COUNTS =
        PhraseCounts.count(get().tables.glosses(), get().tables.senses().keySet());
  }

  private int tagCount(String form, int synset) {
    String[] words = tables.lemmas()[synset];
    return IntStream.range(0, words.length)
        .filter(w -> words[w].toLowerCase(Locale.ROOT).equals(form))
        .map(w -> tables.tagCounts()[synset][w])
        .max()
        .orElse(0);
  }

  /** The form under which WordNet lists a word: lower case, spaces, singular if it must be. */
  private String key(String lemma) {
    String form = lemma.strip().replace('_', ' ').toLowerCase(Locale.ROOT);
    return NounForms.base(form, tables.senses().keySet(), tables.exceptions()).orElse(form);
  }

  /** The singular of a plural that WordNet knows, in lower case; any other word in lower case. */
  public String singular(String word) {
    return key(word);
  }

  private int[] synsetsOf(String lemma) {
    return tables.senses().getOrDefault(key(lemma), new int[0]);
  }

  private int number(String id) {
    Integer number = numbers.get(id);
    if (number == null) {
      throw new IllegalArgumentException("WordNet 3.1 has no noun sense \"" + id + "\"");
    }
    return number;
  }

  private List<Sense> describe(IntStream synsets) {
    return synsets.mapToObj(this::describe).toList();
  }

  private Sense describe(int s) {
    String[] words = tables.lemmas()[s];
    int[] counts = tables.tagCounts()[s];
    List<String> commonFirst =
        IntStream.range(0, words.length)
            .boxed()
            .sorted(Comparator.comparingInt(w -> -counts[w]))
            .map(w -> words[w])
            .toList();
    List<String> path = new ArrayList<>();
    for (int above = taxonomy.up(s); above >= 0; above = taxonomy.up(above)) {
      path.add(tables.ids()[above]);
    }
    Collections.reverse(path);
    return new Sense(
        tables.ids()[s], tables.glosses()[s], commonFirst, path, tables.instances()[s]);
  }

  /** Counts the words and phrases of a list in running text. */
  static final class PhraseCounts {
    /** Words of the longest phrase that is counted. */
    private static final int LONGEST = 3;

    private static final String BETWEEN_WORDS = " ,;:()\"?!/`";

    private PhraseCounts() {}

    /**
     * Counts each phrase in all texts.
     *
     * @param phrases lower case, words separated by single spaces
     * @return how often each phrase stands in the texts; those that do not are left out
     */
    static Map<String, Integer> count(String[] texts, Set<String> phrases) {
      Set<String> beginnings = new HashSet<>();
      for (String phrase : phrases) {
        for (int space = phrase.indexOf(' '); space > 0; space = phrase.indexOf(' ', space + 1)) {
          beginnings.add(phrase.substring(0, space));
        }
      }
      Map<String, Integer> counts = new HashMap<>();
      for (String text : texts) {
        List<String> words = words(text);
        for (int from = 0; from < words.size(); from++) {
          String phrase = words.get(from);
          for (int to = from + 1; ; to++) {
            if (phrases.contains(phrase)) {
              counts.merge(phrase, 1, Integer::sum);
            }
            if (to >= Math.min(words.size(), from + LONGEST) || !beginnings.contains(phrase)) {
              break;
            }
            phrase = phrase + " " + words.get(to);
          }
        }
      }
      return counts;
    }

    private static List<String> words(String text) {
      StringTokenizer tokens = new StringTokenizer(text.toLowerCase(Locale.ROOT), BETWEEN_WORDS);
      List<String> words = new java.util.ArrayList<>();
      while (tokens.hasMoreTokens()) {
        words.add(tokens.nextToken());
      }
      return words;
    }
  }

  /**
   * Plural to singular by WordNet's own rules for nouns (Princeton's {@code morphy}: the list of
   * exceptions, then endings), checked against the words it knows.
   */
  static final class NounForms {
    private record Ending(String plural, String singular) {}

    private static final List<Ending> ENDINGS =
        List.of(
            new Ending("ches", "ch"),
            new Ending("shes", "sh"),
            new Ending("ses", "s"),
            new Ending("xes", "x"),
            new Ending("zes", "z"),
            new Ending("men", "man"),
            new Ending("ies", "y"),
            new Ending("s", ""));

    private NounForms() {}

    /** {@code form} if it is known, otherwise a known singular of it. */
    static Optional<String> base(String form, Set<String> known, Map<String, String> exceptions) {
      if (known.contains(form)) {
        return Optional.of(form);
      }
      String irregular = exceptions.get(form);
      if (irregular != null && known.contains(irregular)) {
        return Optional.of(irregular);
      }
      return ENDINGS.stream()
          .filter(e -> form.endsWith(e.plural()) && form.length() > e.plural().length())
          .map(e -> form.substring(0, form.length() - e.plural().length()) + e.singular())
          .filter(known::contains)
          .findFirst();
    }
  }

  /**
   * One meaning in WordNet: a noun synset.
   *
   * @param id first lemma, part of speech and sense number, as Princeton and NLTK count them:
   *     {@code dog.n.01}
   * @param gloss the definition without the examples
   * @param lemmas the words for it as people write them (spaces, capitals), the most used first
   * @param hypernymPath ids from {@code entity.n.01} down to the nearest hypernym, along a shortest
   *     path; empty for the root itself
   * @param instance whether it is a single thing of its kind (a person, a place), not a kind
   */
  public record Sense(
      String id, String gloss, List<String> lemmas, List<String> hypernymPath, boolean instance) {

    public Sense {
      lemmas = List.copyOf(lemmas);
      hypernymPath = List.copyOf(hypernymPath);
    }

    /** Steps from the root {@code entity.n.01}, which has depth 0. */
    public int depth() {
      return hypernymPath.size();
    }
  }
}
