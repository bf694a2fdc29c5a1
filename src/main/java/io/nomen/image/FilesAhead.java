package io.nomen.image;

import io.nomen.DaemonThreads;
import io.nomen.NomenException;
import io.nomen.store.Storage;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Reads the files of a bucket in their order; those of an object store several at a time. Each of
 * these costs round trips of tens of milliseconds, and a task that took one after the other would
 * wait for most of its time.
 */
final class FilesAhead implements AutoCloseable {
  private static final int AT_ONCE = 16;

  /** By what files of the largest cameras need at sixteen at once; larger ones come alone. */
  private static final long MAX_BYTES_AHEAD = 256L << 20;

  private final List<ListedFile> files;
  private int next;
  private long bytesAhead;
  private final Storage storage;
  private final ReadOptions options;
  private final Queue<Future<RawImage>> ahead = new ArrayDeque<>();
  private final Optional<ExecutorService> readers;

  FilesAhead(List<ListedFile> files, Storage storage, ReadOptions options) {
    this.files = files;
    this.storage = storage;
    this.options = options;
    boolean local = files.stream().allMatch(file -> LocalPath.isLocal(file.path()));
    this.readers = local ? Optional.empty() : Optional.of(threads());
  }

  private static ExecutorService threads() {
    return Executors.newFixedThreadPool(AT_ONCE, DaemonThreads.named("nomen-fetch"));
  }

  /** The next file, which is {@code file}: every file is asked for once, in the bucket's order. */
  RawImage read(ListedFile file) {
    if (readers.isEmpty()) {
      return FileBucketReader.read(file, storage, options);
    }
    while (ahead.size() < AT_ONCE && next < files.size() && hasRoomFor(files.get(next))) {
      ListedFile asked = files.get(next++);
      bytesAhead += asked.length();
      ahead.add(readers.get().submit(() -> FileBucketReader.read(asked, storage, options)));
    }
    bytesAhead -= file.length();
    try {
      return ahead.remove().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while reading " + file.path(), e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof NomenException trouble) {
        throw trouble;
      }
      throw new IllegalStateException("reading " + file.path() + " failed", e.getCause());
    }
  }

  private boolean hasRoomFor(ListedFile file) {
    return ahead.isEmpty() || bytesAhead + file.length() <= MAX_BYTES_AHEAD;
  }

  @Override
  public void close() {
    readers.ifPresent(ExecutorService::shutdownNow);
  }
}
