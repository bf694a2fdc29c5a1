package io.nomen.run;

import io.nomen.DaemonThreads;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Looks at a counter every so often while something else runs. */
public final class Watch implements AutoCloseable {
  private final ScheduledExecutorService timer;
  private final Runnable look;

  private Watch(ScheduledExecutorService timer, Runnable look) {
    this.timer = timer;
    this.look = look;
  }

  public static Watch every(long milliseconds, Runnable look) {
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("nomen-progress"));
    ScheduledFuture<?> unused =
        timer.scheduleWithFixedDelay(look, milliseconds, milliseconds, TimeUnit.MILLISECONDS);
    return new Watch(timer, look);
  }

  /** Runs {@code work}, then looks a last time. */
  public <T> T during(Supplier<T> work) {
    T result = work.get();
    look.run();
    return result;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
