package io.nomen.encode;

import io.nomen.DaemonThreads;
import io.nomen.image.BucketReader.CloseableIterator;
import io.nomen.image.Decoded;
import io.nomen.image.ModelInput;
import io.nomen.image.RawImage;
import io.nomen.image.RawImage.Content;
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
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/**
 * Reads and decodes images ahead of the encoder, in their order: one thread reads, others decode,
 * and a fixed number of images and of bytes is under way or waiting. So the encoder waits for
 * nothing while there is work, not even for an object store, and memory stays bounded. The thread
 * that reads closes what it reads from, since only it knows that it is not in the middle of it.
 */
final class DecodeAhead implements Iterator<PreparedImage>, AutoCloseable {
  private static final long CLOSING_MILLISECONDS = 5_000;

  /** Encoded images in memory at one time, in KiB; one that has more comes alone. */
  private static final int MOST_KIB = 256 << 10;

  private final CloseableIterator<RawImage> source;
  private final List<ModelInput> inputs;
  private final Function<byte[], Decoded> decoder;
  private final ExecutorService decoders;
  private final Thread reader;
  private final int mostKib;
  private final Semaphore kib;

  /** Empty behind the last image. */
  private final BlockingQueue<Future<Optional<PreparedImage>>> ahead;

  private Optional<PreparedImage> next = Optional.empty();
  private boolean ended;

  /**
   * Begins to read.
   *
   * @param inputs what each model takes
   * @param decoder makes a picture of its file's bytes, once for all models
   * @param window images that are decoded or waiting at one time
   */
  DecodeAhead(
      CloseableIterator<RawImage> source,
      List<ModelInput> inputs,
      Function<byte[], Decoded> decoder,
      int threads,
      int window) {
    this(source, inputs, decoder, threads, window, MOST_KIB);
  }

  DecodeAhead(
      CloseableIterator<RawImage> source,
      List<ModelInput> inputs,
      Function<byte[], Decoded> decoder,
      int threads,
      int window,
      int mostKib) {
    this.mostKib = mostKib;
    this.kib = new Semaphore(mostKib);
    this.source = source;
    this.inputs = inputs;
    this.decoder = decoder;
    this.ahead = new ArrayBlockingQueue<>(window);
    this.decoders = Executors.newFixedThreadPool(threads, DaemonThreads.named("nomen-decode"));
    this.reader = DaemonThreads.named("nomen-read").newThread(this::read);
    reader.start();
  }

  private void read() {
    try {
      try {
        while (source.hasNext()) {
          RawImage raw = source.next();
          int size = raw.content() instanceof Content.Whole whole ? whole.bytes().length >> 10 : 0;
          int held = Math.min(size, mostKib);
          kib.acquire(held);
          ahead.put(decoders.submit(() -> prepared(raw, held)));
        }
        ahead.put(CompletableFuture.completedFuture(Optional.empty()));
      } catch (RuntimeException | Error e) {
        ahead.put(CompletableFuture.failedFuture(e));
      }
    } catch (InterruptedException e) {
      // Closed before the end: nobody waits for more.
      Thread.currentThread().interrupt();
    } finally {
      source.close();
    }
  }

  private Optional<PreparedImage> prepared(RawImage raw, int held) {
    try {
      return Optional.of(PreparedImage.of(raw, inputs, decoder));
    } finally {
      kib.release(held);
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
  }
}
