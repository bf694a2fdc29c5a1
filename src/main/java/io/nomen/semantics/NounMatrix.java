package io.nomen.semantics;

import io.nomen.NomenException;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.UnitRows;
import java.io.Serializable;
import java.util.List;

/**
 * Nouns and their text embeddings.
 *
 * @param words M nouns; row i of {@code embeddings} is the embedding of word i
 * @param embeddings [M, d] float32, unit rows
 */
public record NounMatrix(List<String> words, Matrix embeddings) implements Serializable {

  /** Checks that there are nouns, one embedding for each, and that every embedding is usable. */
  public NounMatrix {
    words = List.copyOf(words);
    if (words.isEmpty()) {
      throw NomenException.input("The vocabulary holds no noun; give one with at least one noun.");
    }
    if (words.size() != embeddings.rows()) {
      throw NomenException.input(
          "The vocabulary holds %d nouns but %d embeddings; make it again."
              .formatted(words.size(), embeddings.rows()));
    }
    long bad = UnitRows.firstWithoutDirection(embeddings.block());
    if (bad >= 0) {
      throw NomenException.input(
          "The embedding of noun \"%s\" (row %d) is zero or not finite; make the vocabulary again."
              .formatted(words.get((int) bad), bad));
    }
  }

  public int size() {
    return words.size();
  }

  /** The nouns with these numbers, in this order. */
  public NounMatrix select(int[] numbers) {
    return new NounMatrix(
        java.util.Arrays.stream(numbers).mapToObj(words::get).toList(), embeddings.select(numbers));
  }
}
