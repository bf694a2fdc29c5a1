package io.nomen.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function2;
import scala.Tuple2;

/**
 * Brings what each partition found together to one, as Spark's {@code treeReduce}, with a bound on
 * what the driver holds at once. Spark's sends it the square root of the number of partitions,
 * whatever their size: sums of 1,000 clusters of 512 columns, of 2,000 partitions, are 180 MB.
 */
public final class TreeReduce {
  /** Bytes that reach the driver together; a single value may be larger. */
  static final long MOST_BYTES = 32L << 20;

  /** So many values come together in one task, one after another. */
  private static final int OF_ONE_TASK = 32;

  private TreeReduce() {}

  /**
   * What all partitions found.
   *
   * @param found at most one value a partition
   * @param bytes about how much one takes
   * @param merge into one, in whatever order; may change its first argument
   */
  public static <T> T of(JavaRDD<T> found, long bytes, Function2<T, T, T> merge) {
    int most = (int) Math.min(Integer.MAX_VALUE, Math.max(1, MOST_BYTES / Math.max(1, bytes)));
    JavaRDD<T> left = found;
    while (left.getNumPartitions() > most) {
      int partitions = left.getNumPartitions();
      left = merged(left, Math.max(most, (partitions + OF_ONE_TASK - 1) / OF_ONE_TASK), merge);
    }
    return left.reduce(merge);
  }

  /**
   * The first {@code count} of all values in {@code order}, as Spark's {@code takeOrdered}, which
   * sends the driver so many of every partition.
   *
   * @param bytes about how much a value takes
   */
  public static <T> List<T> first(JavaRDD<T> values, int count, Comparator<T> order, int bytes) {
    if (values.getNumPartitions() == 0) {
      return List.of();
    }
    JavaRDD<List<T>> found =
        values.mapPartitions(
            own -> {
              List<T> kept = new ArrayList<>();
              while (own.hasNext()) {
                kept.add(own.next());
                if (kept.size() >= 2 * (long) count + 64) {
                  kept = cut(kept, count, order);
                }
              }
              return List.of(cut(kept, count, order)).iterator();
            });
    return of(
        found,
        (long) count * bytes,
        (first, second) -> {
          first.addAll(second);
          return cut(first, count, order);
        });
  }

  private static <T> List<T> cut(List<T> values, int count, Comparator<T> order) {
    return values.stream()
        .sorted(order)
        .limit(count)
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private static <T> JavaRDD<T> merged(
      JavaRDD<T> values, int partitions, Function2<T, T, T> merge) {
    return values
        .mapPartitionsWithIndex((index, own) -> numbered(index % partitions, own), false)
        .mapToPair(numbered -> numbered)
        .reduceByKey(new HashPartitioner(partitions), merge)
        .values();
  }

  private static <T> Iterator<Tuple2<Integer, T>> numbered(int number, Iterator<T> own) {
    return own.hasNext()
        ? List.of(new Tuple2<>(number, own.next())).iterator()
        : Collections.emptyIterator();
  }
}
