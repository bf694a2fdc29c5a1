package io.nomen.ml;

import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;

/**
 * Parameters of a stage that embeds what a row holds, or says why it cannot.
 *
 * @param <T> the stage itself
 */
public interface HasStatus<T extends HasStatus<T>> extends HasClipModel<T> {
  /**
   * Column for {@code ok}, or a word for why there is none; default {@code status}, "" for none.
   */
  Param<String> statusCol();

  /** Column for why there is no embedding, in a sentence; default {@code reason}, "" for none. */
  Param<String> reasonCol();

  /** What embeddings are held in: {@code vector} (default) or {@code array} of float. */
  Param<String> outputType();

  /** Whether embeddings are made unit vectors; default true. */
  BooleanParam normalize();

  /** Rows per forward pass; what suits model and device where it is not set. */
  IntParam batchSize();

  /** The value of {@link #statusCol()}. */
  default String getStatusCol() {
    return getOrDefault(statusCol());
  }

  /** Sets {@link #statusCol()}. */
  @SuppressWarnings("unchecked")
  default T setStatusCol(String value) {
    return (T) set(statusCol(), value);
  }

  /** The value of {@link #reasonCol()}. */
  default String getReasonCol() {
    return getOrDefault(reasonCol());
  }

  /** Sets {@link #reasonCol()}. */
  @SuppressWarnings("unchecked")
  default T setReasonCol(String value) {
    return (T) set(reasonCol(), value);
  }

  /** The value of {@link #outputType()}. */
  default String getOutputType() {
    return getOrDefault(outputType());
  }

  /** Sets {@link #outputType()}. */
  @SuppressWarnings("unchecked")
  default T setOutputType(String value) {
    return (T) set(outputType(), value);
  }

  /** The value of {@link #normalize()}. */
  default boolean getNormalize() {
    return (Boolean) getOrDefault(normalize());
  }

  /** Sets {@link #normalize()}. */
  @SuppressWarnings("unchecked")
  default T setNormalize(boolean value) {
    return (T) set(normalize(), value);
  }

  /** The value of {@link #batchSize()}; an exception where it is not set. */
  default int getBatchSize() {
    return (Integer) getOrDefault(batchSize());
  }

  /** Sets {@link #batchSize()}. */
  @SuppressWarnings("unchecked")
  default T setBatchSize(int value) {
    return (T) set(batchSize(), value);
  }
}
