package io.nomen;

/** What a job says while it works; the command line shows it, tests and notebooks may ignore it. */
public interface Progress {

  /** Says nothing to nobody. */
  Progress SILENT =
      new Progress() {
        @Override
        public Step begin(String stage, long total, String unit) {
          return done -> {};
        }

        @Override
        public void say(String sentence) {}
      };

  /**
   * Begins a stage.
   *
   * @param total how many units there are to do; 0 when that is not known
   * @param unit what is counted, in the plural
   */
  Step begin(String stage, long total, String unit);

  /** A sentence for the reader: a choice that was made, a thing to know. */
  void say(String sentence);

  /** A stage under way. */
  interface Step extends AutoCloseable {
    /** Reports how many units are done by now; calls may be many. */
    void done(long count);

    @Override
    default void close() {}
  }
}
