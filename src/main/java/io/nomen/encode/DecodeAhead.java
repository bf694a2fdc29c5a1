package io.nomen.encode;

import io.nomen.image.CloseableIterator;
import io.nomen.image.DecodeOptions;
import io.nomen.image.ModelInput;
import io.nomen.image.RawImage;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;

/**
 * Reads and decodes images ahead of the encoder, in their order: one thread reads, others decode,
 * and a fixed number of images is under way or waiting. So the encoder waits for nothing while
 * there is work, not even for an object store, and memory stays bounded.
 */
final class DecodeAhead implements Iterator<PreparedImage>, AutoCloseable {
  private static final long CLOSING_MILLISECONDS = 5_000;

  private final CloseableIterator<RawImage> source;
  private final List<ModelInput> inputs;
  private final DecodeOptions options;
  private final ExecutorService decoders;
  private final Thread reader;

  /** Empty behind the last image. */
  private final BlockingQueue<Future<Optional<PreparedImage>>> ahead;

  private Optional<PreparedImage> next = Optional.empty();
  private boolean ended;

  /**
   * Begins to read.
   *
   * @param inputs what each model takes
   * @param window images that are decoded or waiting at one time
   */
  DecodeAhead(
      CloseableIterator<RawImage> source,
      List<ModelInput> inputs,
      DecodeOptions options,
      int threads,
      int window) {
    this.source = source;
    this.inputs = inputs;
    this.options = options;
    this.ahead = new ArrayBlockingQueue<>(window);
    this.decoders = Executors.newFixedThreadPool(threads, daemon("nomen-decode"));
    this.reader = daemon("nomen-read").newThread(this::read);
    reader.start();
  }

  private static ThreadFactory daemon(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  private void read() {
    try {
      try {
        while (source.hasNext()) {
          RawImage raw = source.next();
          ahead.put(decoders.submit(() -> Optional.of(PreparedImage.of(raw, inputs, options))));
        }
        ahead.put(CompletableFuture.completedFuture(Optional.empty()));
      } catch (RuntimeException | Error e) {
        ahead.put(CompletableFuture.failedFuture(e));
      }
    } catch (InterruptedException e) {
      // Closed before the end: nobody waits for more.
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean hasNext() {
    if (next.isEmpty() && !ended) {
      next = take();
      ended = next.isEmpty();
    }
    return next.isPresent();
  }

  @Override
  public PreparedImage next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    PreparedImage image = next.orElseThrow();
    next = Optional.empty();
    return image;
  }

  private Optional<PreparedImage> take() {
    try {
      return ahead.take().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while decoding", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("decoding failed", e.getCause());
    }
  }

  @Override
  public void close() {
    reader.interrupt();
    decoders.shutdownNow();
    try {
      reader.join(CLOSING_MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    source.close();
  }
}
