package io.nomen.spark;

import io.nomen.DaemonThreads;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.util.LongAccumulator;
import scala.Tuple4;
import scala.collection.Iterator;
import scala.collection.Seq;

/**
 * What tasks have counted by now. Spark adds a task's accumulator to the driver's when the task
 * ends; what running tasks have counted comes with the executors' heartbeats, and this listener
 * adds it.
 */
public final class LiveCount extends SparkListener implements AutoCloseable {
  private static final int PERIOD_MS = 200;

  private final SparkContext context;
  private final LongAccumulator finished;
  private final Map<Long, Long> running = new ConcurrentHashMap<>();

  public LiveCount(SparkContext context, String name) {
    this.context = context;
    this.finished = context.longAccumulator(name);
    context.addSparkListener(this);
  }

  /** The accumulator that tasks add to. */
  public LongAccumulator accumulator() {
    return finished;
  }

  /** Finished tasks' count and, a heartbeat late, that of running ones. */
  public long value() {
    return finished.value() + running.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Does {@code work}, and meanwhile tells {@code progress} the count every so often. */
  public <T> T during(Supplier<T> work, LongConsumer progress) {
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("nomen-progress"));
    ScheduledFuture<?> unused =
        timer.scheduleWithFixedDelay(
            () -> progress.accept(value()), PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
    try {
      T result = work.get();
      progress.accept(value());
      return result;
    } finally {
      timer.shutdownNow();
    }
  }

  @Override
  public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
    Iterator<Tuple4<Object, Object, Object, Seq<AccumulableInfo>>> tasks =
        accumulatorUpdates(update).iterator();
    while (tasks.hasNext()) {
      Tuple4<Object, Object, Object, Seq<AccumulableInfo>> task = tasks.next();
      Iterator<AccumulableInfo> counters = task._4().iterator();
      while (counters.hasNext()) {
        AccumulableInfo counter = counters.next();
        if (counter.id() == finished.id() && counter.update().isDefined()) {
          running.put((Long) task._1(), ((Number) counter.update().get()).longValue());
        }
      }
    }
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    running.remove(end.taskInfo().taskId());
  }

  @Override
  public void close() {
    context.removeSparkListener(this);
  }

  /** Scala's two collections differ in the static type alone. */
  private static Seq<Tuple4<Object, Object, Object, Seq<AccumulableInfo>>> accumulatorUpdates(
      SparkListenerExecutorMetricsUpdate update) {
    @SuppressWarnings({"unchecked", "rawtypes"})
    Seq<Tuple4<Object, Object, Object, Seq<AccumulableInfo>>> updates = (Seq) update.accumUpdates();
    return updates;
  }
}
