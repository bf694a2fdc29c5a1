package io.nomen.naming;

import java.util.Comparator;
import java.util.stream.IntStream;

/** The places of the greatest values; of equal ones the earlier. */
final class Ranking {
  private Ranking() {}

  static int[] best(float[] values, int count) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted(Comparator.<Integer>comparingDouble(i -> -values[i]))
        .limit(count)
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
