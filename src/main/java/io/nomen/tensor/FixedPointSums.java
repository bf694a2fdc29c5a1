package io.nomen.tensor;

import java.io.Serializable;

/**
 * Sums of many numbers in fixed point (64-bit integers), so that they are the same bits in whatever
 * order blocks, tasks and machines add them up; floating point would not. An overflow is an error
 * and never a wrong sum.
 *
 * <p>Like the arrays of MLlib's aggregators they are allocated with the first number: an empty sum
 * travels in a task's closure as a few bytes.
 */
public final class FixedPointSums implements Serializable {
  private static final long serialVersionUID = 1L;

  /** One bit for the sign, one of reserve for products of unit rows that are a little above 1. */
  private static final int USABLE_BITS = 62;

  private final int length;
  private final int fractionBits;
  private final double units;
  private long[] sums;

  /**
   * Starts at zero.
   *
   * @param length how many sums
   * @param fractionBits numbers are rounded to multiples of 2 to the power of minus this
   */
  public FixedPointSums(int length, int fractionBits) {
    this.length = length;
    this.fractionBits = fractionBits;
    this.units = Math.scalb(1.0, fractionBits);
  }

  /**
   * The most fraction bits that leave room for {@code count} numbers.
   *
   * @param largest no number is further from 0 than this
   */
  public static int fractionBits(long count, double largest) {
    double sum = Math.max(1, count) * Math.max(Float.MIN_NORMAL, largest);
    return USABLE_BITS - 1 - Math.getExponent(sum);
  }

  /** Adds {@code value} to sum {@code index}. */
  public void add(int index, double value) {
    allocate();
    sums[index] = Math.addExact(sums[index], rounded(value));
  }

  /** Adds a number to each sum. */
  public void add(double[] values) {
    for (int i = 0; i < values.length; i++) {
      add(i, values[i]);
    }
  }

  /** Adds {@code count} numbers to consecutive sums. */
  public void add(int firstIndex, float[] values, int from, int count) {
    allocate();
    long overflow = 0;
    for (int i = 0; i < count; i++) {
      long before = sums[firstIndex + i];
      long added = rounded(values[from + i]);
      long after = before + added;
      overflow |= (before ^ after) & (added ^ after);
      sums[firstIndex + i] = after;
    }
    requireNoOverflow(overflow);
  }

  /** Adds numbers that are in fixed point already to consecutive sums. */
  public void addFixed(int firstIndex, long[] values) {
    allocate();
    long overflow = 0;
    for (int i = 0; i < values.length; i++) {
      long before = sums[firstIndex + i];
      long after = before + values[i];
      overflow |= (before ^ after) & (values[i] ^ after);
      sums[firstIndex + i] = after;
    }
    requireNoOverflow(overflow);
  }

  /** Adds all sums of {@code other}. */
  public FixedPointSums merge(FixedPointSums other) {
    if (length != other.length || fractionBits != other.fractionBits) {
      throw new IllegalArgumentException(
          "%d sums with %d fraction bits cannot take %d with %d"
              .formatted(length, fractionBits, other.length, other.fractionBits));
    }
    if (other.sums != null) {
      addFixed(0, other.sums);
    }
    return this;
  }

  /** Sum {@code index}. */
  public double get(int index) {
    return sums == null ? 0 : sums[index] / units;
  }

  /** {@code count} consecutive sums. */
  public double[] get(int firstIndex, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = get(firstIndex + i);
    }
    return values;
  }

  private long rounded(double value) {
    double scaled = value * units;
    if (!(Math.abs(scaled) < 0x1p63)) {
      throw new ArithmeticException(
          "%s does not fit into a sum with %d fraction bits".formatted(value, fractionBits));
    }
    return Math.round(scaled);
  }

  private void allocate() {
    if (sums == null) {
      sums = new long[length];
    }
  }

  private void requireNoOverflow(long overflow) {
    if (overflow < 0) {
      throw new ArithmeticException(
          "a sum with %d fraction bits overflows".formatted(fractionBits));
    }
  }
}
