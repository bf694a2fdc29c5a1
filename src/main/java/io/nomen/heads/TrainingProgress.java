package io.nomen.heads;

/** Told how far a training is; called on the driver, by replicas from threads of their own. */
@FunctionalInterface
public interface TrainingProgress {
  /** Tells nobody. */
  TrainingProgress SILENT = (seed, done, total) -> {};

  /**
   * Takes a report.
   *
   * @param seed of the training
   * @param done epochs gone through
   * @param total epochs there will be
   */
  void at(long seed, int done, int total);
}
