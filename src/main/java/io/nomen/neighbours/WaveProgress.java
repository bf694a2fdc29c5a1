package io.nomen.neighbours;

/** Told how far the waves of a matrix have gone round; called on the driver. */
@FunctionalInterface
public interface WaveProgress {
  /** Tells nobody. */
  WaveProgress SILENT = (done, total) -> {};

  /**
   * Takes a report: the first before any work, the last when all is done.
   *
   * @param done waves that have gone round, 0…{@code total}
   */
  void at(long done, long total);
}
