package io.nomen.gallery;

import io.nomen.DaemonThreads;
import io.nomen.NomenException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Writes many small files at once: on an object store each costs a round trip, and one after
 * another they would cost minutes.
 */
final class Workers implements AutoCloseable {
  private static final int THREADS = 16;

  private final ExecutorService threads =
      Executors.newFixedThreadPool(THREADS, DaemonThreads.named("gallery-writer"));
  private final List<Future<?>> pending = new ArrayList<>();

  void submit(Runnable work) {
    pending.add(threads.submit(work));
  }

  /** Waits for everything submitted so far, and throws what went wrong first. */
  void await() {
    try {
      for (Future<?> work : pending) {
        work.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new IllegalStateException("a page of the gallery could not be made", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NomenException(
          NomenException.Kind.STOPPED,
          "Stopped while the gallery was written; run nomen gallery to make it again.",
          e);
    } finally {
      pending.clear();
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
