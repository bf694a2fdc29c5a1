package io.nomen.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.testing.LocalSpark;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.junit.jupiter.api.Test;

class DriverPartsTest {
  private static final class Jobs extends SparkListener {
    private final AtomicInteger count = new AtomicInteger();

    @Override
    public void onJobStart(SparkListenerJobStart job) {
      count.incrementAndGet();
    }
  }

  private static int jobs(JavaRDD<Integer> elements, long bytes, List<Integer> taken)
      throws Exception {
    SparkContext context = LocalSpark.context().sc();
    Jobs jobs = new Jobs();
    context.addSparkListener(jobs);
    DriverParts.each(elements, bytes, taken::add);
    context.listenerBus().waitUntilEmpty();
    context.removeSparkListener(jobs);
    return jobs.count.get();
  }

  @Test
  void what_is_large_comes_in_parts_and_in_order() throws Exception {
    List<Integer> all = IntStream.range(0, 1_000).boxed().toList();
    JavaRDD<Integer> elements = LocalSpark.context().parallelize(all, 37);
    List<Integer> small = new ArrayList<>();
    List<Integer> large = new ArrayList<>();
    List<Integer> huge = new ArrayList<>();

    assertThat(jobs(elements, 4_000, small)).isEqualTo(1);
    assertThat(jobs(elements, 300L << 20, large)).isEqualTo(5);
    assertThat(jobs(elements, 1L << 60, huge)).as("a partition at a time").isEqualTo(37);
    assertThat(small).isEqualTo(all);
    assertThat(large).isEqualTo(all);
    assertThat(huge).isEqualTo(all);
  }
}
