package io.nomen.ml;

import org.apache.spark.ml.param.Param;

/**
 * Parameters of a stage that names clusters after nouns. Words without embeddings are encoded with
 * the {@link #model()}, which must be the one that made the features.
 *
 * @param <T> the stage itself
 */
public interface HasNouns<T extends HasNouns<T>> extends HasClipModel<T> {
  /**
   * The words: {@code auto} (the model's own, else WordNet's nouns; the default), {@code wordnet},
   * {@code none}, a file with a word a line, or a folder that {@code nomen vocabulary} wrote.
   */
  Param<String> nouns();

  /**
   * A table or temporary view with ready embeddings of words, in place of {@link #nouns()}: columns
   * {@code noun} and {@code embedding}, and optionally {@code synset} (an id such as {@code
   * dog.n.01}) and {@code gloss}.
   */
  Param<String> nounTable();

  /** The value of {@link #nouns()}. */
  default String getNouns() {
    return getOrDefault(nouns());
  }

  /** Sets {@link #nouns()}. */
  @SuppressWarnings("unchecked")
  default T setNouns(String value) {
    return (T) set(nouns(), value);
  }

  /** The value of {@link #nounTable()}; an exception where it is not set. */
  default String getNounTable() {
    return getOrDefault(nounTable());
  }

  /** Sets {@link #nounTable()}. */
  @SuppressWarnings("unchecked")
  default T setNounTable(String value) {
    return (T) set(nounTable(), value);
  }
}
