package io.nomen.semantics;

import io.nomen.NomenException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Work on a thread of its own, beside what its owner does meanwhile. Spark's local properties go
 * with it.
 */
final class Beside<T> implements AutoCloseable {
  private final FutureTask<T> task;
  private final Thread thread;

  private Beside(String name, Supplier<T> work) {
    this.task = new FutureTask<>(work::get);
    this.thread = new Thread(task, name);
    thread.setDaemon(true);
  }

  /** Begins, and returns at once. */
  static <T> Beside<T> start(String name, Supplier<T> work) {
    Beside<T> beside = new Beside<>(name, work);
    beside.thread.start();
    return beside;
  }

  /** Waits for the result; throws what the work threw. */
  T result() {
    try {
      return task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new IllegalStateException(thread.getName() + " failed", e.getCause());
    } catch (InterruptedException e) {
      throw stopped(e);
    }
  }

  /** Waits for the end of the work, whatever comes of it. */
  @Override
  public void close() {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw stopped(e);
    }
  }

  private static NomenException stopped(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new NomenException(
        NomenException.Kind.STOPPED, "k-means was stopped; run the same command again.", e);
  }
}
