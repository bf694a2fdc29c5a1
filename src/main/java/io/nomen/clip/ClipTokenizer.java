package io.nomen.clip;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.NomenException;
import io.nomen.clip.TowerSpec.TextSpec;
import io.nomen.store.Json;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * CLIP's tokenizer, equal to OpenAI's ({@code clip/simple_tokenizer.py} of github.com/openai/CLIP):
 * cleaned and lower-cased text, split into words, numbers digit by digit and runs of punctuation,
 * each encoded as byte pairs; start and end tokens around; texts that are too long are cut, and
 * keep their end token.
 *
 * <p>Serializable, and safe for use by many threads.
 */
final class ClipTokenizer implements Tokenizer {
  private static final long serialVersionUID = 1L;
  private static final int REMEMBERED_WORDS = 100_000;

  /** Far more letters than fit between start and end, by the longest tokens there are. */
  private static final int LONGEST_WORD = 3000;

  static final String START = "<|startoftext|>";
  static final String END = "<|endoftext|>";

  private static final Pattern WORD =
      Pattern.compile(
          "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^\\s\\p{L}\\p{N}]+",
          Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.UNICODE_CHARACTER_CLASS);

  private static final int LIMIT = 1 << 26;

  private final BytePairs bytePairs;
  private final int start;
  private final int end;
  private final int positions;

  /** Prompts repeat their words; the bound keeps a stranger's list from filling memory. */
  private transient Map<String, int[]> remembered = new ConcurrentHashMap<>();

  ClipTokenizer(BytePairs bytePairs, int start, int end, int positions) {
    this.bytePairs = bytePairs;
    this.start = start;
    this.end = end;
    this.positions = positions;
  }

  /** Reads {@code tokenizer.json}, or {@code vocab.json} and {@code merges.txt}. */
  static ClipTokenizer read(CheckpointFiles files, TextSpec text) {
    if (files.has("tokenizer.json")) {
      return fromTokenizerJson(files, text);
    }
    if (files.has("vocab.json") && files.has("merges.txt")) {
      return fromVocabulary(files, text);
    }
    throw NomenException.input(
        "%s has no tokenizer.json and not both of vocab.json and merges.txt, which encoding text needs; copy them from the same model."
            .formatted(files.name()));
  }

  private static ClipTokenizer fromTokenizerJson(CheckpointFiles files, TextSpec text) {
    String where = files.name() + "/tokenizer.json";
    JsonNode root = json(files, "tokenizer.json");
    JsonNode model = root.path("model");
    if (!model.path("type").asText("BPE").equals("BPE")
        || !model.path("end_of_word_suffix").asText().equals("</w>")) {
      throw NomenException.input(
          "%s is not CLIP's kind of tokenizer (byte pairs with the word end \"</w>\")."
              .formatted(where));
    }
    Map<String, Integer> vocabulary = vocabulary(model.path("vocab"), where);
    root.path("added_tokens")
        .forEach(t -> vocabulary.putIfAbsent(t.path("content").asText(), t.path("id").asInt()));
    List<BytePairs.Pair> merges = new ArrayList<>();
    for (JsonNode merge : model.path("merges")) {
      merges.add(
          merge.isArray()
              ? new BytePairs.Pair(merge.path(0).asText(), merge.path(1).asText())
              : pair(merge.asText(), where));
    }
    return tokenizer(vocabulary, merges, text, where);
  }

  private static ClipTokenizer fromVocabulary(CheckpointFiles files, TextSpec text) {
    String where = files.name() + "/vocab.json";
    String merges = files.name() + "/merges.txt";
    return tokenizer(
        vocabulary(json(files, "vocab.json"), where),
        files
            .text("merges.txt", LIMIT)
            .lines()
            .filter(line -> !line.startsWith("#version") && !line.isBlank())
            .map(line -> pair(line, merges))
            .toList(),
        text,
        where);
  }

  private static ClipTokenizer tokenizer(
      Map<String, Integer> vocabulary, List<BytePairs.Pair> merges, TextSpec text, String where) {
    for (String special : List.of(START, END)) {
      if (!vocabulary.containsKey(special)) {
        throw NomenException.input("%s has no token \"%s\".".formatted(where, special));
      }
    }
    vocabulary.forEach(
        (token, id) -> {
          if (id < 0 || id >= text.vocabulary()) {
            throw NomenException.input(
                "%s gives token \"%s\" the id %d, but the text tower knows %d tokens."
                    .formatted(where, token, id, text.vocabulary()));
          }
        });
    int end = vocabulary.get(END);
    if (!text.endIsLargestId() && end != text.endToken()) {
      throw NomenException.input(
          "%s has the end token %d, but config.json says %d; they belong to different models."
              .formatted(where, end, text.endToken()));
    }
    return new ClipTokenizer(
        new BytePairs(vocabulary, merges, where), vocabulary.get(START), end, text.positions());
  }

  private static Map<String, Integer> vocabulary(JsonNode node, String where) {
    if (!node.isObject()) {
      throw NomenException.input("%s has no vocabulary.".formatted(where));
    }
    Map<String, Integer> vocabulary = new HashMap<>();
    node.fields().forEachRemaining(e -> vocabulary.put(e.getKey(), e.getValue().asInt(-1)));
    return vocabulary;
  }

  private static BytePairs.Pair pair(String line, String where) {
    int space = line.indexOf(' ');
    if (space < 1 || space == line.length() - 1) {
      throw NomenException.input(
          "%s has the merge \"%s\"; two parts with a space between are expected."
              .formatted(where, line));
    }
    return new BytePairs.Pair(line.substring(0, space), line.substring(space + 1));
  }

  private static JsonNode json(CheckpointFiles files, String file) {
    try {
      return Json.mapper().readTree(files.text(file, LIMIT));
    } catch (JsonProcessingException e) {
      throw NomenException.input(
          "%s/%s is not JSON: %s.".formatted(files.name(), file, e.getOriginalMessage()), e);
    }
  }

  /**
   * The tokens of {@code text}: start, at most {@code positions() − 2} others, end; not padded.
   *
   * @return 2 to {@code positions()} ids
   */
  @Override
  public int[] encode(String text) {
    List<int[]> words = new ArrayList<>();
    int length = 1;
    Matcher matcher = WORD.matcher(TextCleaning.clean(text));
    // What lies beyond the cut needs no encoding.
    while (matcher.find() && length < positions) {
      int[] word = word(matcher.group());
      words.add(word);
      length += word.length;
    }
    int[] tokens = new int[Math.min(length + 1, positions)];
    tokens[0] = start;
    int at = 1;
    for (int[] word : words) {
      int copied = Math.min(word.length, tokens.length - at);
      System.arraycopy(word, 0, tokens, at, copied);
      at += copied;
    }
    tokens[tokens.length - 1] = end;
    return tokens;
  }

  @Override
  public int positions() {
    return positions;
  }

  private int[] word(String word) {
    if (word.equals(START)) {
      return new int[] {start};
    }
    if (word.equals(END)) {
      return new int[] {end};
    }
    int[] known = remembered.get(word);
    if (known != null) {
      return known;
    }
    // A word as long as a page yields tokens that are cut anyway; its encoding is quadratic.
    int[] tokens =
        bytePairs.encode(word.length() > LONGEST_WORD ? word.substring(0, LONGEST_WORD) : word);
    if (remembered.size() < REMEMBERED_WORDS) {
      remembered.put(word, tokens);
    }
    return tokens;
  }

  private Object readResolve() {
    return new ClipTokenizer(bytePairs, start, end, positions);
  }

  @Override
  public String toString() {
    return "ClipTokenizer" + Arrays.asList(start, end, positions);
  }

  /**
   * Byte-pair encoding of one word: its UTF-8 bytes, each as a printable character, the last one
   * marked as the word's end, merged pair by pair in the order of the list. Sennrich, Haddow and
   * Birch, "Neural Machine Translation of Rare Words with Subword Units", ACL 2016, with GPT-2's
   * table of byte characters.
   */
  static final class BytePairs implements Serializable {
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
}
