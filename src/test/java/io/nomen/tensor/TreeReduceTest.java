package io.nomen.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.testing.LocalSpark;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.junit.jupiter.api.Test;

class TreeReduceTest {
  private static final JavaSparkContext SPARK = LocalSpark.context();
  private static final int LONGS = 500_000;

  /** Bytes of results that tasks sent to the driver. */
  private static final class ToDriver extends SparkListener {
    private final LongAdder bytes = new LongAdder();

    @Override
    public void onTaskEnd(SparkListenerTaskEnd task) {
      if (task.taskType().equals("ResultTask")) {
        bytes.add(task.taskMetrics().resultSize());
      }
    }
  }

  private static long[] numbers(int part) {
    return new SplittableRandom(part).longs(LONGS).toArray();
  }

  private static long[] add(long[] sum, long[] other) {
    Arrays.setAll(sum, i -> sum[i] + other[i]);
    return sum;
  }

  private static JavaRDD<long[]> found(int partitions) {
    List<Integer> parts = IntStream.range(0, partitions).boxed().toList();
    return SPARK
        .parallelize(parts, partitions)
        .mapPartitions(
            own -> {
              long[] sum = new long[LONGS];
              own.forEachRemaining(part -> add(sum, numbers(part)));
              return List.of(sum).iterator();
            });
  }

  @Test
  void the_driver_gets_few_large_values_however_many_partitions_there_are() throws Exception {
    int partitions = 110;
    long[] expected = new long[LONGS];
    IntStream.range(0, partitions).forEach(part -> add(expected, numbers(part)));
    SparkContext context = SPARK.sc();
    ToDriver sent = new ToDriver();
    context.addSparkListener(sent);

    long[] sum = TreeReduce.of(found(partitions), (long) LONGS * Long.BYTES, TreeReduceTest::add);
    context.listenerBus().waitUntilEmpty();
    context.removeSparkListener(sent);

    assertThat(sum).isEqualTo(expected);
    assertThat(sent.bytes.sum()).isBetween(1L, TreeReduce.MOST_BYTES + (1 << 20));
  }

  @Test
  void a_value_that_is_larger_than_all_may_be_comes_alone() {
    JavaRDD<Integer> ones = SPARK.parallelize(List.of(1, 2, 3, 4, 5), 5);

    assertThat(TreeReduce.of(ones, 1L << 40, Integer::sum)).isEqualTo(15);
  }

  @Test
  void partitions_without_a_value_count_for_nothing() {
    JavaRDD<Integer> some = SPARK.parallelize(IntStream.range(0, 80).boxed().toList(), 80);

    assertThat(TreeReduce.of(some.filter(i -> i % 3 == 0), 1L << 25, Integer::sum)).isEqualTo(1053);
  }

  @Test
  void the_first_of_all_are_found_in_their_order_though_values_come_again() {
    List<Integer> all = IntStream.range(0, 5_000).map(i -> i * 7 % 1_000).boxed().toList();
    JavaRDD<Integer> spread = SPARK.parallelize(all, 90);
    assertThat(TreeReduce.first(spread, 12, Comparator.naturalOrder(), 1 << 22))
        .isEqualTo(all.stream().sorted().limit(12).toList());
    assertThat(TreeReduce.first(spread, 9_000, Comparator.naturalOrder(), 8)).hasSize(5_000);
    assertThat(
            TreeReduce.first(SPARK.<Integer>emptyRDD(), 3, Comparator.<Integer>naturalOrder(), 8))
        .isEmpty();
  }
}
