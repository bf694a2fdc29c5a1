package io.nomen.vocabulary;

import io.nomen.tensor.UnitRows;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * Nouns to unit embeddings, in batches that waste nothing on padding: nouns are sorted by their
 * number of tokens over the whole vocabulary, and a batch goes through the text tower once per
 * template, so that the sentences of one pass are of (nearly) one length.
 *
 * <p>The batches depend on the nouns alone. Whoever encodes them, in whatever order and number at a
 * time, gets the same embeddings.
 */
public final class NounEncoding {
  private NounEncoding() {}

  /**
   * Nouns to encode together.
   *
   * @param rows their numbers in the vocabulary
   * @param lemmas the nouns themselves
   */
  public record Batch(int[] rows, List<String> lemmas) implements Serializable {
    public Batch {
      if (rows.length != lemmas.size()) {
        throw new IllegalArgumentException(
            "%d rows for %d lemmas".formatted(rows.length, lemmas.size()));
      }
      lemmas = List.copyOf(lemmas);
    }
  }

  /**
   * Cuts a vocabulary into batches of equal numbers of tokens, as far as the numbers go.
   *
   * @param tokens how many tokens a text has; the tokenizer's
   * @param size nouns per batch
   */
  public static List<Batch> plan(List<Noun> nouns, ToIntFunction<String> tokens, int size) {
    if (size < 1) {
      throw new IllegalArgumentException("a batch needs at least one noun, not " + size);
    }
    int[] lengths = nouns.stream().mapToInt(noun -> tokens.applyAsInt(noun.text())).toArray();
    int[] order =
        IntStream.range(0, nouns.size())
            .boxed()
            .sorted(Comparator.<Integer>comparingInt(i -> lengths[i]).thenComparing(i -> i))
            .mapToInt(Integer::intValue)
            .toArray();
    List<Batch> batches = new ArrayList<>();
    for (int from = 0; from < order.length; from += size) {
      int[] rows =
          IntStream.range(from, Math.min(order.length, from + size)).map(i -> order[i]).toArray();
      batches.add(new Batch(rows, IntStream.of(rows).mapToObj(r -> nouns.get(r).text()).toList()));
    }
    return batches;
  }

  /**
   * Embeds one batch: the mean of the templates' un-normalised embeddings, normalised once.
   *
   * @return [nouns, d] float32, unit rows, in the batch's order
   */
  public static float[] encode(Batch batch, Prompts prompts, TextEncoder encoder) {
    int width = encoder.width();
    float[] sum = new float[batch.lemmas().size() * width];
    for (int t = 0; t < prompts.templates().size(); t++) {
      int template = t;
      List<String> sentences =
          batch.lemmas().stream().map(lemma -> prompts.of(lemma).get(template)).toList();
      float[] part = encoder.encode(sentences);
      if (part.length != sum.length) {
        throw new IllegalStateException(
            "%d sentences of width %d gave %d values"
                .formatted(sentences.size(), width, part.length));
      }
      for (int i = 0; i < sum.length; i++) {
        sum[i] += part[i];
      }
    }
    UnitRows.normalise(sum, width);
    return sum;
  }

  /** CLIP's text tower as nouns need it. */
  public interface TextEncoder {
    /**
     * Embeds sentences, cut at the model's context length with the end token kept.
     *
     * @return [prompts, width] float32 row-major, projected and <b>not</b> normalised
     */
    float[] encode(List<String> prompts);

    /** d, the width of the embedding. */
    int width();
  }
}
