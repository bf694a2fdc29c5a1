package io.nomen.tensor;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;

/**
 * Brings what is large to the driver, some partitions at a time, so that beside what the caller
 * makes of it only a part is there; Spark's {@code collect} holds all, and {@code toLocalIterator}
 * computes one partition after the other.
 */
public final class DriverParts {
  private static final long BYTES_AT_ONCE = 64L << 20;

  private DriverParts() {}

  /**
   * Gives every element to {@code take}, in their order.
   *
   * @param bytes about how much all of them take
   */
  public static <T> void each(JavaRDD<T> elements, long bytes, Consumer<T> take) {
    int partitions = elements.getNumPartitions();
    long parts = Math.min(partitions, bytes / BYTES_AT_ONCE + 1);
    for (long part = 0; part < parts; part++) {
      int[] here =
          IntStream.range(
                  (int) (partitions * part / parts), (int) (partitions * (part + 1) / parts))
              .toArray();
      for (List<T> found : elements.collectPartitions(here)) {
        found.forEach(take);
      }
    }
  }
}
