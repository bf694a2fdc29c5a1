package io.nomen.vocabulary;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.store.Storage;
import io.nomen.vocabulary.WordNet.Sense;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The outside knowledge: the words that images may be compared with and clusters named after.
 *
 * @param source where the words are from, for people
 * @param nouns the words in the order that embeddings of them follow
 * @param duplicates how many words were left out because an equal one came before (capitals do not
 *     count: CLIP does not see them)
 */
public record Vocabulary(String source, List<Noun> nouns, int duplicates) {
  /** How the source of WordNet's nouns begins. */
  public static final String WORDNET = "WordNet 3.1";

  /** The source of nouns that came with a model. */
  public static final String MODELS = "the model's own nouns";

  private static final Logger LOG = LoggerFactory.getLogger(Vocabulary.class);

  public Vocabulary {
    nouns = List.copyOf(nouns);
    if (nouns.isEmpty()) {
      throw NomenException.input(
          "The vocabulary (%s) holds no word; give at least one noun.".formatted(source));
    }
  }

  /**
   * WordNet's nouns, every distinct word once, in alphabetical order.
   *
   * @param subtrees ids such as {@code dog.n.01}; only words for these meanings and what is under
   *     them. Empty for all nouns
   */
  public static Vocabulary wordnet(List<String> subtrees) {
    WordNet wordnet = WordNet.get();
    if (subtrees.isEmpty()) {
      List<Noun> all =
          wordnet.lemmas().stream()
              .map(form -> Noun.guessed(form, wordnet.firstSense(form)))
              .map(noun -> spelled(noun, wordnet))
              .toList();
      return new Vocabulary(WORDNET, all, 0);
    }
    Map<String, Noun> words = new TreeMap<>();
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (String id : subtrees) {
      if (wordnet.sense(id).isEmpty()) {
        throw NomenException.usage(unknownSubtree(id, wordnet));
      }
      for (Sense sense : wordnet.subtree(id)) {
        for (String lemma : sense.lemmas()) {
          String form = lemma.toLowerCase(Locale.ROOT);
          int count = wordnet.tagCount(lemma, sense.id());
          if (!words.containsKey(form) || count > counts.get(form)) {
            words.put(form, Noun.given(lemma, sense));
            counts.put(form, count);
          }
        }
      }
    }
    return new Vocabulary(
        WORDNET + " under " + String.join(", ", subtrees), List.copyOf(words.values()), 0);
  }

  /**
   * A list of words, one a line, UTF-8, each by itself or with a tab and the id of its meaning in
   * WordNet after it ({@code banana}, tab, {@code banana.n.02}); without one, a word has the
   * meaning that people use most. Blank lines and lines that begin with {@code #} are left out, and
   * so is a word that came before. The words are kept as they stand there.
   *
   * @throws NomenException where WordNet has no such meaning
   */
  public static Vocabulary ofFile(Storage storage, String uri) {
    List<String> lines =
        lines(storage, uri).stream().filter(l -> !l.isBlank() && !l.startsWith("#")).toList();
    return ofLines(uri, lines);
  }

  /** Words in memory (a bundled model's own list), as {@link #ofFile} takes them. */
  public static Vocabulary ofLines(String source, List<String> lines) {
    Map<String, Noun> distinct = new LinkedHashMap<>();
    for (Noun noun : link(source, lines)) {
      distinct.putIfAbsent(noun.text().toLowerCase(Locale.ROOT), noun);
    }
    int duplicates = lines.size() - distinct.size();
    if (duplicates > 0) {
      LOG.warn("{}: {} of {} words came twice and count once", source, duplicates, lines.size());
    }
    return new Vocabulary(source, List.copyOf(distinct.values()), duplicates);
  }

  /**
   * A list whose line i belongs to row i of a matrix of ready embeddings: every line counts, also
   * one that came before or begins with {@code #}.
   *
   * @param rows how many rows the matrix has
   */
  public static Vocabulary ofRows(Storage storage, String uri, long rows) {
    List<String> lines = lines(storage, uri);
    if (lines.size() != rows) {
      throw NomenException.input(
          RootLocale.format(
              "%s has %d lines and the matrix of noun embeddings %d rows; line i names row i, so"
                  + " both must be of one length.",
              uri, lines.size(), rows));
    }
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).isBlank()) {
        throw NomenException.input(
            "Line %d of %s is blank, but row %d of the matrix needs a word."
                .formatted(i + 1, uri, i + 1));
      }
    }
    return new Vocabulary(uri, link(uri, lines), 0);
  }

  /** Words that a row each of something else belongs to: every one counts, as it stands. */
  public static Vocabulary ofEach(String source, List<String> words) {
    return new Vocabulary(source, link(source, words), 0);
  }

  private static List<Noun> link(String source, List<String> lines) {
    WordNet wordnet = WordNet.get();
    return lines.stream().map(line -> linked(source, line.strip(), wordnet)).toList();
  }

  private static Noun linked(String source, String line, WordNet wordnet) {
    int tab = line.indexOf('\t');
    if (tab < 0) {
      return Noun.guessed(line, wordnet.firstSense(looked(line)));
    }
    String word = line.substring(0, tab).strip();
    String id = line.substring(tab).strip();
    Optional<Sense> meaning = wordnet.sense(id);
    if (meaning.isEmpty()) {
      throw NomenException.input(
          ("%s gives \"%s\" the meaning \"%s\", which WordNet 3.1 does not have; put an id such as"
                  + " dog.n.01 after the tab, or leave both out.")
              .formatted(source, word, id));
    }
    return Noun.given(word, meaning.get());
  }

  /** Lists tell meanings apart in brackets, as in "arctic (type of shoe)": WordNet does not. */
  private static String looked(String word) {
    return Noun.guessed(word, Optional.empty()).text().replaceAll("\\s*\\([^)]*\\)\\s*$", "");
  }

  private static Noun spelled(Noun noun, WordNet wordnet) {
    return noun.synset().flatMap(wordnet::sense).stream()
        .flatMap(sense -> sense.lemmas().stream())
        .filter(lemma -> lemma.equalsIgnoreCase(noun.lemma()))
        .min(Comparator.naturalOrder())
        .map(lemma -> new Noun(lemma, noun.synset(), noun.gloss(), noun.given()))
        .orElse(noun);
  }

  private static String unknownSubtree(String id, WordNet wordnet) {
    String lemma = id.replaceAll("\\.n\\.\\d+$", "");
    List<String> known = wordnet.senses(lemma).stream().map(Sense::id).limit(5).toList();
    return known.isEmpty()
        ? "WordNet 3.1 has no noun \"%s\"; --subtree takes an id such as dog.n.01.".formatted(id)
        : "WordNet 3.1 has no noun \"%s\"; --subtree takes one of %s."
            .formatted(id, String.join(", ", known));
  }

  private static List<String> lines(Storage storage, String uri) {
    byte[] bytes = storage.readBytes(uri);
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw NomenException.input(
          "%s is not UTF-8 text; save the list of nouns as UTF-8, one a line.".formatted(uri), e);
    }
    String unmarked = text.startsWith("\uFEFF") ? text.substring(1) : text;
    List<String> lines = new ArrayList<>(Arrays.asList(unmarked.split("\r\n|\n|\r", -1)));
    if (lines.get(lines.size() - 1).isEmpty()) {
      lines.remove(lines.size() - 1);
    }
    return lines;
  }
}
