package io.nomen.clip;

import io.nomen.NomenException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Byte-pair encoding of one word: its UTF-8 bytes, each as a printable character, the last one
 * marked as the word's end, merged pair by pair in the order of the list. Sennrich, Haddow and
 * Birch, "Neural Machine Translation of Rare Words with Subword Units", ACL 2016, with GPT-2's
 * table of byte characters.
 */
final class BytePairs implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final String END_OF_WORD = "</w>";

  /** Two neighbours, in a word or in the list of merges. */
  record Pair(String left, String right) implements Serializable {}

  private final HashMap<String, Integer> vocabulary;
  private final HashMap<Pair, Integer> ranks = new HashMap<>();
  private final String[] byteCharacters = byteCharacters();

  /**
   * @param where the files' name, for messages
   * @throws NomenException (input) when a byte or the outcome of a merge has no token
   */
  BytePairs(Map<String, Integer> vocabulary, List<Pair> merges, String where) {
    this.vocabulary = new HashMap<>(vocabulary);
    for (Pair merge : merges) {
      require(merge.left() + merge.right(), where);
      ranks.putIfAbsent(merge, ranks.size());
    }
    for (String character : byteCharacters) {
      require(character, where);
      require(character + END_OF_WORD, where);
    }
  }

  /** The tokens of {@code word}, which is not empty. */
  int[] encode(String word) {
    List<String> parts = new ArrayList<>();
    for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
      parts.add(byteCharacters[b & 0xFF]);
    }
    int last = parts.size() - 1;
    parts.set(last, parts.get(last) + END_OF_WORD);
    for (Pair best = best(parts); best != null; best = best(parts)) {
      merge(parts, best);
    }
    return parts.stream().mapToInt(vocabulary::get).toArray();
  }

  private Pair best(List<String> parts) {
    Pair best = null;
    int bestRank = Integer.MAX_VALUE;
    for (int i = 1; i < parts.size(); i++) {
      Pair pair = new Pair(parts.get(i - 1), parts.get(i));
      int rank = ranks.getOrDefault(pair, Integer.MAX_VALUE);
      if (rank < bestRank) {
        best = pair;
        bestRank = rank;
      }
    }
    return best;
  }

  private static void merge(List<String> parts, Pair pair) {
    List<String> merged = new ArrayList<>(parts.size());
    for (int i = 0; i < parts.size(); i++) {
      boolean here =
          i + 1 < parts.size()
              && parts.get(i).equals(pair.left())
              && parts.get(i + 1).equals(pair.right());
      merged.add(here ? pair.left() + pair.right() : parts.get(i));
      i += here ? 1 : 0;
    }
    parts.clear();
    parts.addAll(merged);
  }

  private void require(String token, String where) {
    if (!vocabulary.containsKey(token)) {
      throw NomenException.input(
          "%s has no token \"%s\", which its merges need; the vocabulary and the merges belong to different models."
              .formatted(where, token));
    }
  }

  /** Printable Latin-1 bytes stand for themselves; the others take characters from 256 on. */
  private static String[] byteCharacters() {
    String[] characters = new String[256];
    int next = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
      characters[b] = Character.toString(printable ? b : next++);
    }
    return characters;
  }
}
