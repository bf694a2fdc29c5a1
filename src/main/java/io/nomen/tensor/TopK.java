package io.nomen.tensor;

import java.util.Arrays;

/** The greatest of a row of numbers; of equals the first. */
public final class TopK {
  private TopK() {}

  /** Number, from 0, of the greatest of the {@code count} values that start at {@code offset}. */
  public static int first(float[] values, int offset, int count) {
    int best = 0;
    float most = values[offset];
    for (int j = 1; j < count; j++) {
      if (values[offset + j] > most) {
        most = values[offset + j];
        best = j;
      }
    }
    return best;
  }

  /** The same without {@code best}, for the runner-up; {@code best} where there is no other. */
  public static int second(float[] values, int offset, int count, int best) {
    int second = best == 0 && count > 1 ? 1 : 0;
    for (int j = second + 1; j < count; j++) {
      if (j != best && values[offset + j] > values[offset + second]) {
        second = j;
      }
    }
    return second;
  }

  /** Numbers of the {@code k} greatest, the greatest first; all where there are no more. */
  public static int[] of(float[] values, int offset, int count, int k) {
    long[] order = new long[count];
    for (int j = 0; j < count; j++) {
      int bits = Float.floatToIntBits(-values[offset + j]);
      // Negative floats order backwards as integers: turning their lower bits makes the order one.
      order[j] = ((long) (bits ^ ((bits >> 31) & 0x7fffffff)) << 32) | j;
    }
    Arrays.sort(order);
    return Arrays.stream(order).limit(k).mapToInt(packed -> (int) packed).toArray();
  }

  /** The softmax of value {@code which} among all, at {@code temperature}. */
  public static double softmax(
      float[] values, int offset, int count, int which, double temperature) {
    float own = values[offset + which];
    double sum = 0;
    for (int j = 0; j < count; j++) {
      sum += Math.exp((values[offset + j] - own) / temperature);
    }
    return 1 / sum;
  }
}
