package io.nomen.naming;

import io.nomen.vocabulary.WordNet;
import io.nomen.vocabulary.WordNet.Sense;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The word for a meaning that reads best. One of the vocabulary's own words stays, the most used of
 * several and of equals the one that WordNet lists first, unless people use another word of the
 * synset much more.
 *
 * <p>Use is counted by Princeton's tags for this meaning, and by mentions in definitions for words
 * that mean this first of all ("bike" is a motorcycle first, "wheel" is no bicycle).
 */
final class ReadableName {
  /** Another word must be used this many times as often as the vocabulary's own, and some more. */
  private static final int FACTOR = 2;

  private static final int FEW = 5;

  private final WordNet wordnet = WordNet.get();

  /**
   * @param words the vocabulary's words for the meaning, at least one
   */
  String of(List<String> words, Optional<Sense> sense) {
    return sense.map(s -> amongLemmas(words, s)).orElseGet(() -> unlinked(shortest(words)));
  }

  /** For a meaning that no word of the vocabulary stands for. */
  String of(Sense sense) {
    return plainLemmas(sense).stream()
        .max(Comparator.<String>comparingInt(lemma -> use(lemma, sense)))
        .orElse(sense.lemmas().get(0));
  }

  private String amongLemmas(List<String> words, Sense sense) {
    Comparator<String> byUse =
        Comparator.<String>comparingInt(word -> use(word, sense))
            .thenComparing(word -> !meansOther(word, sense))
            .thenComparingInt(word -> -place(word, sense));
    Optional<String> own =
        words.stream()
            .map(word -> lemma(withoutBrackets(word), sense))
            .filter(word -> !latin(word, sense))
            .max(byUse);
    if (own.isEmpty()) {
      return plainLemmas(sense).stream().findFirst().orElse(words.get(0));
    }
    int enough = FACTOR * use(own.get(), sense) + FEW;
    return plainLemmas(sense).stream()
        .filter(lemma -> use(lemma, sense) >= enough)
        .max(byUse)
        .orElse(own.get());
  }

  private List<String> plainLemmas(Sense sense) {
    return sense.lemmas().stream().filter(lemma -> !latin(lemma, sense)).toList();
  }

  /** How often people use the word for this, as far as WordNet tells. */
  int use(String lemma, Sense sense) {
    int mentions = meansFirst(lemma, sense) ? wordnet.glossCount(lemma) : 0;
    return wordnet.tagCount(lemma, sense.id()) + mentions;
  }

  /** Whether annotators met the word more often in its first meaning, which is another. */
  private boolean meansOther(String lemma, Sense sense) {
    return wordnet
        .firstSense(lemma)
        .filter(s -> wordnet.tagCount(lemma, s.id()) > wordnet.tagCount(lemma, sense.id()))
        .isPresent();
  }

  /** Where WordNet lists the word in its synset, from 0; other words come last. */
  private static int place(String word, Sense sense) {
    int place = sense.lemmas().indexOf(word);
    return place < 0 ? sense.lemmas().size() : place;
  }

  private boolean meansFirst(String lemma, Sense sense) {
    return wordnet.firstSense(lemma).filter(s -> s.id().equals(sense.id())).isPresent();
  }

  /** Without an explanation in brackets, as lists have it: "octopus (food)". */
  private static String withoutBrackets(String word) {
    String bare = word.replaceAll("\\s*\\([^)]*\\)", "").strip();
    return bare.isEmpty() ? word : bare;
  }

  /** As WordNet spells the word in this meaning, which is the singular and has the capitals. */
  private String lemma(String word, Sense sense) {
    String singular = wordnet.singular(word);
    return sense.lemmas().stream()
        .filter(lemma -> lemma.equalsIgnoreCase(singular))
        .findFirst()
        .orElse(word);
  }

  /** A species' name in Latin ("Felis concolor"): its last word is no English noun by itself. */
  private boolean latin(String lemma, Sense sense) {
    int space = lemma.lastIndexOf(' ');
    return space > 0
        && !sense.instance()
        && Character.isUpperCase(lemma.charAt(0))
        && Character.isLowerCase(lemma.charAt(space + 1))
        && wordnet.senses(lemma.substring(space + 1)).isEmpty();
  }

  /** Singular, and in lower case where WordNet has the words so. */
  private String unlinked(String phrase) {
    List<String> words =
        new ArrayList<>(
            Arrays.stream(withoutBrackets(phrase).split(" ")).map(this::plain).toList());
    int last = words.size() - 1;
    String singular = wordnet.singular(words.get(last));
    if (!singular.equalsIgnoreCase(words.get(last))) {
      words.set(last, singular);
    }
    return String.join(" ", words);
  }

  private String plain(String word) {
    String lower = word.toLowerCase(Locale.ROOT);
    String singular = wordnet.singular(word);
    boolean titled = word.length() > 1 && word.substring(1).equals(lower.substring(1));
    boolean ordinary =
        wordnet.senses(word).stream().anyMatch(sense -> sense.lemmas().contains(singular));
    return titled && ordinary ? lower : word;
  }

  private static String shortest(List<String> words) {
    return words.stream().min(Comparator.comparingInt(String::length)).orElseThrow();
  }
}
