package io.nomen.vocabulary;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringTokenizer;

/** Counts the words and phrases of a list in running text. */
final class Mentions {
  /** Words of the longest phrase that is counted. */
  private static final int LONGEST = 3;

  private static final String BETWEEN_WORDS = " ,;:()\"?!/`";

  private Mentions() {}

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
