package io.nomen.method;

/** Told how far a method is; called on the driver, from one thread at a time. */
@FunctionalInterface
public interface MethodProgress {
  /** Tells nobody. */
  MethodProgress SILENT = (stage, done, total) -> {};

  /**
   * Takes a report.
   *
   * @param stage what is done now, a few words for a person: {@code "semantic centres"}
   * @param done how much of it, 0…{@code total}
   * @param total how much there is
   */
  void at(String stage, long done, long total);
}
