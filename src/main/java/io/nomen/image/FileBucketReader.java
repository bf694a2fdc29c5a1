package io.nomen.image;

import io.nomen.DaemonThreads;
import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.image.Bucket.FileBucket;
import io.nomen.image.Bucket.TarBucket;
import io.nomen.image.BucketReader.CloseableIterator;
import io.nomen.image.BucketReader.ReadOptions;
import io.nomen.image.BucketReader.SkippedCounts;
import io.nomen.image.RawImage.Content;
import io.nomen.store.Storage;
import io.nomen.store.StorageFailure;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.fs.FileStatus;

/**
 * Reads plain files, one after the other. One that begins like a tar is read as the shard that it
 * is, whatever its name.
 */
final class FileBucketReader implements CloseableIterator<RawImage> {
  /** So many files in a row that cannot be read are a reason to ask the store itself. */
  private static final int SUSPICIOUS = 8;

  private final Iterator<ListedFile> files;
  private final Storage storage;
  private final ReadOptions options;
  private final SkippedCounts leftOut;
  private final FilesAhead ahead;
  private final Deque<RawImage> ready = new ArrayDeque<>();
  private Optional<TarBucketReader> shard = Optional.empty();
  private Optional<ListedFile> lastRead = Optional.empty();
  private int unreadableInARow;

  FileBucketReader(FileBucket bucket, Storage storage, ReadOptions options, SkippedCounts leftOut) {
    this.files = bucket.files().iterator();
    this.storage = storage;
    this.options = options;
    this.leftOut = leftOut;
    this.ahead = new FilesAhead(bucket.files(), storage, options);
  }

  @Override
  public boolean hasNext() {
    while (ready.isEmpty()) {
      if (shard.isPresent() && shard.get().hasNext()) {
        ready.add(shard.get().next());
        continue;
      }
      closeShard();
      if (!files.hasNext()) {
        return false;
      }
      take(files.next());
    }
    return true;
  }

  @Override
  public RawImage next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no more files in this bucket");
    }
    return ready.remove();
  }

  private void take(ListedFile file) {
    RawImage image = ahead.read(file);
    count(file, image.content());
    if (file.trouble().isEmpty() && file.length() > options.maxImageBytes() && isTar(file)) {
      open(file);
      return;
    }
    byte[] start =
        image.content() instanceof Content.Whole whole
            ? Arrays.copyOf(whole.bytes(), Math.min(TarHeader.BLOCK, whole.bytes().length))
            : new byte[0];
    if (TarHeader.begins(start)) {
      open(file);
    } else if (file.side().isEmpty() || ImageFormat.of(start).isPresent()) {
      ready.add(image);
    } else {
      leftOut.add(file.side());
    }
  }

  /**
   * Stops the work where the store as a whole has stopped answering, in words that {@link
   * StorageFailure} does not know: every image that is left would count as a bad one.
   */
  private void count(ListedFile file, Content content) {
    if (content instanceof Content.Whole) {
      lastRead = Optional.of(file);
      unreadableInARow = 0;
    } else if (content instanceof Content.Missing missing
        && missing.status() == ImageStatus.UNREADABLE
        && file.trouble().isEmpty()
        && ++unreadableInARow == SUSPICIOUS) {
      unreadableInARow = 0;
      askTheStore(file, missing.reason());
    }
  }

  private void askTheStore(ListedFile file, String reason) {
    // What could be read a moment ago, or else the folder that the file was listed in.
    String asked = lastRead.map(ListedFile::path).orElse(file.path().replaceFirst("/[^/]*$", "/"));
    try {
      if (lastRead.isPresent()) {
        try (InputStream in = ImageFile.open(storage, asked, 0)) {
          int unused = in.read();
        }
      } else if (!LocalPath.isLocal(asked)) {
        FileStatus unused = storage.fileSystem(asked).getFileStatus(Storage.path(asked));
      }
    } catch (FileNotFoundException | NoSuchFileException e) {
      // It was deleted meanwhile: the store answers.
    } catch (IOException e) {
      throw NomenException.input(
          "Cannot read %s (%s), nor the %d files before it, nor now %s: %s; the store is in trouble, so run the same command again when it is well."
              .formatted(file.path(), reason, SUSPICIOUS - 1, asked, StorageFailure.reason(e)),
          e);
    }
  }

  private void open(ListedFile file) {
    shard =
        Optional.of(
            new TarBucketReader(
                new TarBucket(0, file.path(), file.length(), file.modified()),
                storage,
                options,
                leftOut));
  }

  private boolean isTar(ListedFile file) {
    try (InputStream in = ImageFile.open(storage, file.path(), 0)) {
      return TarHeader.begins(in.readNBytes(TarHeader.BLOCK));
    } catch (IOException e) {
      StorageFailure.stopUnlessOfOneFile(file.path(), e);
      // Its row will say so.
      return false;
    }
  }

  /** One file, whatever it is. */
  static RawImage read(ListedFile file, Storage storage, ReadOptions options) {
    Content content = content(file, storage, options);
    long length = content instanceof Content.Whole whole ? whole.bytes().length : file.length();
    return new RawImage(file.path(), label(file, storage), 0, length, content);
  }

  private static Optional<String> label(ListedFile file, Storage storage) {
    Optional<String> folder = Optional.of(file.label()).filter(text -> !text.isEmpty());
    if (file.labelFile().isEmpty()) {
      return folder;
    }
    try (InputStream in = ImageFile.open(storage, file.labelFile(), 0)) {
      String text =
          new String(in.readNBytes(SideFiles.MAX_LABEL_BYTES), StandardCharsets.UTF_8).strip();
      return text.isEmpty() ? folder : Optional.of(text);
    } catch (IOException e) {
      StorageFailure.stopUnlessOfOneFile(file.labelFile(), e);
      // A label is for scores alone: the image is not worse for the lack of it.
      return folder;
    }
  }

  private static Content content(ListedFile file, Storage storage, ReadOptions options) {
    if (!file.trouble().isEmpty()) {
      return new Content.Missing(ImageStatus.UNREADABLE, file.trouble());
    }
    if (file.length() > options.maxImageBytes() && file.side().isEmpty()) {
      return tooLarge(file.length(), options);
    }
    try (InputStream in = ImageFile.open(storage, file.path(), 0)) {
      byte[] start = new byte[0];
      if (!file.side().isEmpty()) {
        start = in.readNBytes(TarHeader.BLOCK);
        if (ImageFormat.of(start).isEmpty()) {
          // A video may be long, and nobody will look further than this.
          return new Content.Whole(start);
        }
      }
      byte[] rest =
          ImageFile.readAll(
              in, file.length() - start.length, options.maxImageBytes() + 1 - start.length);
      byte[] bytes = start.length == 0 ? rest : Bytes.concat(start, rest);
      return bytes.length > options.maxImageBytes()
          ? tooLarge(bytes.length, options)
          : new Content.Whole(bytes);
    } catch (IOException e) {
      StorageFailure.stopUnlessOfOneFile(file.path(), e);
      return new Content.Missing(ImageStatus.UNREADABLE, LocalWalk.reason(e));
    }
  }

  static Content tooLarge(long length, ReadOptions options) {
    return new Content.Missing(
        ImageStatus.TOO_LARGE,
        RootLocale.format("it has %d bytes; the limit is %d", length, options.maxImageBytes()));
  }

  private void closeShard() {
    shard.ifPresent(TarBucketReader::close);
    shard = Optional.empty();
  }

  @Override
  public void close() {
    ahead.close();
    // Every plain file is closed as soon as it is read.
    closeShard();
  }

  /**
   * Reads the files of a bucket in their order; those of an object store several at a time. Each of
   * these costs round trips of tens of milliseconds, and a task that took one after the other would
   * wait for most of its time.
   */
  static final class FilesAhead implements AutoCloseable {
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

    /**
     * The next file, which is {@code file}: every file is asked for once, in the bucket's order.
     */
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
}
