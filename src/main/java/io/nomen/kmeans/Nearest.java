package io.nomen.kmeans;

/** The greatest of a row of products; of equals the first. */
public final class Nearest {
  private Nearest() {}

  /** Number, from 0, of the greatest of the {@code count} values that start at {@code offset}. */
  public static int first(float[] products, int offset, int count) {
    int best = 0;
    float most = products[offset];
    for (int j = 1; j < count; j++) {
      if (products[offset + j] > most) {
        most = products[offset + j];
        best = j;
      }
    }
    return best;
  }

  /** The same without {@code best}, for the runner-up; {@code best} where there is no other. */
  static int second(float[] products, int offset, int count, int best) {
    int second = best == 0 && count > 1 ? 1 : 0;
    for (int j = second + 1; j < count; j++) {
      if (j != best && products[offset + j] > products[offset + second]) {
        second = j;
      }
    }
    return second;
  }

  /** The softmax of one value, {@code which}, among all, at {@code temperature}. */
  public static double share(
      float[] products, int offset, int count, int which, double temperature) {
    float own = products[offset + which];
    double sum = 0;
    for (int j = 0; j < count; j++) {
      sum += Math.exp((products[offset + j] - own) / temperature);
    }
    return 1 / sum;
  }
}
