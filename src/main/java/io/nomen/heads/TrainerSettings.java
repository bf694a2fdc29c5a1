package io.nomen.heads;

import io.nomen.NomenException;
import java.io.Serializable;

/**
 * How an objective is minimised.
 *
 * @param epochs how often all rows are gone through
 * @param batch rows per step, over all shards together; N where N is less
 * @param rate Adam's step size
 * @param shards parts of each batch that are worked on side by side; BatchNorm and the loss see a
 *     shard's own part
 * @param localSteps optimiser steps that a shard takes alone before states are averaged; 1 sums
 *     gradients at every step. With one shard the result is the same for every value
 * @param seed of first parameters, order and neighbours
 */
public record TrainerSettings(
    int epochs, int batch, double rate, int shards, int localSteps, long seed)
    implements Serializable {

  public TrainerSettings {
    require(epochs, "--epochs");
    require(batch, "--batch-size");
    require(shards, "--shards");
    require(localSteps, "--local-steps");
  }

  /** One shard: what the papers do. */
  public static TrainerSettings of(int epochs, int batch, double rate, long seed) {
    return new TrainerSettings(epochs, batch, rate, 1, 1, seed);
  }

  /** The same with another {@code seed}. */
  public TrainerSettings withSeed(long other) {
    return new TrainerSettings(epochs, batch, rate, shards, localSteps, other);
  }

  private static void require(int value, String option) {
    if (value < 1) {
      throw NomenException.usage("%s is %d; give a number from 1.".formatted(option, value));
    }
  }
}
