package io.nomen.image;

import io.nomen.DaemonThreads;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Gives up on readers that cannot be asked to stop. They run on a thread of their own, which is
 * left behind, as a daemon, when the time is over; it ends at its next read of the image's bytes.
 */
final class Watchdog {
  private static final ExecutorService THREADS =
      Executors.newCachedThreadPool(DaemonThreads.named("nomen-image-reader"));

  private Watchdog() {}

  /** The result of {@code work}, or a timeout's {@link BadImageException}. */
  static <T> T run(Callable<T> work, Deadline deadline) throws IOException {
    Future<T> result = THREADS.submit(work);
    try {
      return result.get(Math.max(0, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      result.cancel(true);
      throw deadline.over();
    } catch (InterruptedException e) {
      result.cancel(true);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while an image was decoded");
    } catch (ExecutionException e) {
      throw rethrown(e.getCause());
    }
  }

  private static IOException rethrown(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    if (cause instanceof RuntimeException exception) {
      throw exception;
    }
    return cause instanceof IOException io ? io : new IOException(cause);
  }
}
