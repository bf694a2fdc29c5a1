package io.nomen;

import java.util.function.Supplier;

/** What a job says while it works; the command line shows it, tests and notebooks may ignore it. */
@FunctionalInterface
public interface Progress {

  /** Says nothing to nobody. */
  Progress SILENT = (stage, total, unit) -> Step.SILENT;

  /**
   * Begins a stage.
   *
   * @param total how many units there are to do; 0 when that is not known
   * @param unit what is counted, in the plural
   */
  Step begin(String stage, long total, String unit);

  /** Does one piece of work as a stage of its own. */
  default <T> T stage(String stage, Supplier<T> work) {
    try (Step step = begin(stage, 1, "steps")) {
      T result = work.get();
      step.done(1);
      return result;
    }
  }

  /** A sentence for the reader: a choice that was made, a thing to know. */
  default void say(String sentence) {}

  /** A stage under way. */
  @FunctionalInterface
  interface Step extends AutoCloseable {
    /** Tells nobody. */
    Step SILENT = done -> {};

    /** Reports how many units are done by now; calls may be many. */
    void done(long count);

    @Override
    default void close() {}
  }
}
