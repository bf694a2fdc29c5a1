package io.nomen.heads;

import java.io.Serializable;

/**
 * A weighted mean of vectors over a cluster: gradients of shards with one step, whole states of
 * shards with several. Shaped after MLlib's loss aggregators.
 *
 * <p>The sum of a few floats in double precision is exact unless they differ by more than nine
 * orders of magnitude, so that the mean does not depend on the order in which shards come back.
 */
final class GradientAccumulator implements Serializable {
  private static final long serialVersionUID = 1L;

  /** As long as the first vector; before it there is none, so that zeros never travel. */
  private double[] sum = new double[0];

  private long weight;

  /** Adds a vector that stands for {@code rows} rows. */
  GradientAccumulator add(float[] vector, int rows) {
    if (weight == 0) {
      sum = new double[vector.length];
    }
    requireDimension(vector.length);
    for (int i = 0; i < sum.length; i++) {
      sum[i] += (double) vector[i] * rows;
    }
    weight += rows;
    return this;
  }

  /** Adds what another accumulator has gathered. */
  GradientAccumulator merge(GradientAccumulator other) {
    if (other.weight == 0) {
      return this;
    }
    if (weight == 0) {
      sum = other.sum.clone();
      weight = other.weight;
      return this;
    }
    requireDimension(other.sum.length);
    for (int i = 0; i < sum.length; i++) {
      sum[i] += other.sum[i];
    }
    weight += other.weight;
    return this;
  }

  /** How many rows the sum stands for. */
  long weight() {
    return weight;
  }

  /** The mean over all rows. */
  float[] mean() {
    if (weight == 0) {
      throw new IllegalStateException("no vector was added, so there is no mean");
    }
    float[] mean = new float[sum.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (float) (sum[i] / weight);
    }
    return mean;
  }

  private void requireDimension(int dimension) {
    if (dimension != sum.length) {
      throw new IllegalArgumentException(
          "a vector of %d numbers cannot be added to a sum of %d".formatted(dimension, sum.length));
    }
  }
}
