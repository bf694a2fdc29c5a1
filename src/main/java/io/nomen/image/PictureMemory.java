package io.nomen.image;

import io.nomen.NomenException;
import java.util.concurrent.Semaphore;

/**
 * Memory that pictures take turns for while they are decoded, first come, first served. A file of a
 * few kilobytes may hold a picture of gigabytes, so that neither the length of files nor a number
 * of threads bounds what decoding takes.
 */
final class PictureMemory {
  private static final int UNIT = 1024;

  private final int most;
  private final Semaphore units;

  /** Room for so many {@code bytes}; a picture that needs more has all of it to itself. */
  PictureMemory(long bytes) {
    this.most = (int) Math.max(1, Math.min(bytes / UNIT, Integer.MAX_VALUE));
    this.units = new Semaphore(most, true);
  }

  /** There is no room at present. */
  static final class Crowded extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final long bytes;

    private Crowded(long bytes) {
      super(null, null, false, false);
      this.bytes = bytes;
    }

    /** What is to be waited for. */
    long bytes() {
      return bytes;
    }
  }

  /** Waits for {@code bytes}. */
  Share take(long bytes) {
    int wanted = units(bytes);
    try {
      units.acquire(wanted);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NomenException(NomenException.Kind.STOPPED, "Stopped while decoding.", e);
    }
    return new Share(wanted);
  }

  /** Waits until no other picture is decoded. */
  Share takeAll() {
    return take((long) most * UNIT);
  }

  /** Whether somebody waits. */
  boolean isCrowded() {
    return units.hasQueuedThreads();
  }

  private int units(long bytes) {
    return (int) Math.min(most, (bytes + UNIT - 1) / UNIT);
  }

  /** What one picture has of it. */
  final class Share implements AutoCloseable {
    private int held;
    private boolean closed;

    private Share(int held) {
      this.held = held;
    }

    /**
     * Makes sure of {@code bytes} in all.
     *
     * @throws Crowded where they are not to be had without waiting
     */
    synchronized void require(long bytes) {
      int more = units(bytes) - held;
      // A reader that was left behind after its time takes nothing any more.
      if (more > 0 && (closed || isCrowded() || !units.tryAcquire(more))) {
        throw new Crowded(bytes);
      }
      held += Math.max(0, more);
    }

    @Override
    public synchronized void close() {
      units.release(closed ? 0 : held);
      closed = true;
    }
  }
}
