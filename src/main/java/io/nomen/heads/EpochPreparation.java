package io.nomen.heads;

/** What an objective wants to know anew before every epoch; called on the driver. */
@FunctionalInterface
public interface EpochPreparation {
  /** For objectives that want nothing. */
  EpochPreparation NONE = (epoch, head) -> new float[0];

  /**
   * Prepares an epoch.
   *
   * @param epoch its number, from 1
   * @param head the image head as it is
   * @return rows as wide as the objective's first view, row-major
   */
  float[] before(int epoch, TrainedHead head);
}
