package io.nomen.clip;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
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
public final class ClipTokenizer implements Serializable {
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

  /**
   * The tokens of {@code text}: start, at most {@code positions() − 2} others, end; not padded.
   *
   * @return 2 to {@code positions()} ids
   */
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

  /** Most tokens of a text, start and end included. */
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
}
