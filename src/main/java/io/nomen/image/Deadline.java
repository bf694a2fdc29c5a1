package io.nomen.image;

import io.nomen.RootLocale;
import java.time.Duration;

/** The moment at which one image's decoding stops; readers ask once per row or block of work. */
final class Deadline {
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
}
