package io.nomen.ml;

import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/**
 * Parameters of a stage that runs a CLIP model.
 *
 * @param <T> the stage itself
 */
public interface HasClipModel<T extends HasClipModel<T>> extends Params {
  /** CLIP checkpoint: a folder, or {@code tiny}; default {@code tiny}. */
  Param<String> model();

  /**
   * Number format of the model: {@code auto} (default), {@code fp32}, {@code bf16}, {@code fp16}.
   */
  Param<String> precision();

  /** Where the model runs: {@code auto} (default), {@code cpu}, {@code cuda}, {@code cuda:N}. */
  Param<String> device();

  /** The value of {@link #model()}. */
  default String getModel() {
    return getOrDefault(model());
  }

  /** Sets {@link #model()}. */
  @SuppressWarnings("unchecked")
  default T setModel(String value) {
    return (T) set(model(), value);
  }

  /** The value of {@link #precision()}. */
  default String getPrecision() {
    return getOrDefault(precision());
  }

  /** Sets {@link #precision()}. */
  @SuppressWarnings("unchecked")
  default T setPrecision(String value) {
    return (T) set(precision(), value);
  }

  /** The value of {@link #device()}. */
  default String getDevice() {
    return getOrDefault(device());
  }

  /** Sets {@link #device()}. */
  @SuppressWarnings("unchecked")
  default T setDevice(String value) {
    return (T) set(device(), value);
  }
}
