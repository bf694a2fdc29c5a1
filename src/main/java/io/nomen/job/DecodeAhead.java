package io.nomen.job;

import io.nomen.clip.Preprocessing;
import io.nomen.image.CloseableIterator;
import io.nomen.image.DecodeOptions;
import io.nomen.image.RawImage;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Decodes images ahead of the encoder, in their order: a fixed number of images is under way or
 * waiting, so neither side waits for the other while there is work, and memory stays bounded.
 */
final class DecodeAhead implements Iterator<PreparedImage>, AutoCloseable {
  private final CloseableIterator<RawImage> source;
  private final Preprocessing preprocessing;
  private final DecodeOptions options;
  private final int window;
  private final ExecutorService decoders;
  private final Queue<Future<PreparedImage>> ahead = new ArrayDeque<>();

  /**
   * @param window images that are decoded or waiting at one time
   */
  DecodeAhead(
      CloseableIterator<RawImage> source,
      Preprocessing preprocessing,
      DecodeOptions options,
      int threads,
      int window) {
    this.source = source;
    this.preprocessing = preprocessing;
    this.options = options;
    this.window = window;
    this.decoders =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "nomen-decode");
              thread.setDaemon(true);
              return thread;
            });
  }

  @Override
  public boolean hasNext() {
    fill();
    return !ahead.isEmpty();
  }

  @Override
  public PreparedImage next() {
    fill();
    Future<PreparedImage> first = ahead.poll();
    if (first == null) {
      throw new NoSuchElementException();
    }
    try {
      return first.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while decoding", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("decoding failed", e.getCause());
    }
  }

  private void fill() {
    while (ahead.size() < window && source.hasNext()) {
      RawImage raw = source.next();
      ahead.add(decoders.submit(() -> PreparedImage.of(raw, preprocessing, options)));
    }
  }

  @Override
  public void close() {
    decoders.shutdownNow();
    source.close();
  }
}
