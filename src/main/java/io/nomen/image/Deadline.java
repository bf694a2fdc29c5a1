package io.nomen.image;

import io.nomen.DaemonThreads;
import io.nomen.RootLocale;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.imageio.stream.ImageInputStreamImpl;

/** The moment at which one image's decoding stops; readers ask once per row or block of work. */
final class Deadline {
  private static final ExecutorService THREADS =
      Executors.newCachedThreadPool(DaemonThreads.named("nomen-image-reader"));

  private final long start = System.nanoTime();
  private final Duration limit;

  Deadline(Duration limit) {
    this.limit = limit;
  }

  /** Ends decoding when its time is over. */
  void check() throws BadImageException {
    if (remainingNanos() <= 0) {
      throw over();
    }
  }

  long remainingNanos() {
    return limit.toNanos() - (System.nanoTime() - start);
  }

  BadImageException over() {
    return new BadImageException(
        ImageStatus.TIMEOUT,
        RootLocale.format("not decoded within %.1f s", limit.toMillis() / 1000.0));
  }

  /**
   * The result of {@code work}, or a timeout's {@link BadImageException}. A reader that cannot be
   * asked to stop works on a thread of its own, which is left behind, as a daemon, when the time is
   * over; it ends at its next read of the image's bytes.
   */
  <T> T call(Callable<T> work) throws IOException {
    Future<T> result = THREADS.submit(work);
    try {
      return result.get(Math.max(0, remainingNanos()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      result.cancel(true);
      throw over();
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

  /** Bytes in memory for ImageIO's readers, which stop at a next read once time is over. */
  static final class InputStream extends ImageInputStreamImpl {
    private static final int READS_PER_CHECK = 1024;

    private final byte[] bytes;
    private final Deadline deadline;
    private int reads;

    InputStream(byte[] bytes, Deadline deadline) {
      this.bytes = bytes;
      this.deadline = deadline;
    }

    @Override
    public int read() throws IOException {
      check();
      bitOffset = 0;
      return streamPos < bytes.length ? bytes[(int) streamPos++] & 0xff : -1;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      check();
      bitOffset = 0;
      if (length == 0) {
        return 0;
      }
      int there = (int) Math.min(length, bytes.length - streamPos);
      if (there <= 0) {
        return -1;
      }
      System.arraycopy(bytes, (int) streamPos, buffer, offset, there);
      streamPos += there;
      return there;
    }

    @Override
    public long length() {
      return bytes.length;
    }

    private void check() throws IOException {
      if (++reads % READS_PER_CHECK == 0) {
        deadline.check();
      }
    }
  }
}
