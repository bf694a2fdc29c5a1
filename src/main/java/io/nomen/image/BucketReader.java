package io.nomen.image;

import io.nomen.image.Bucket.FileBucket;
import io.nomen.image.Bucket.ParquetBucket;
import io.nomen.image.Bucket.TarBucket;
import io.nomen.store.Storage;
import java.io.Serializable;
import java.util.Iterator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Opens buckets on executors. */
public final class BucketReader {
  private BucketReader() {}

  /** The images of a bucket; what is left out of them is not counted. */
  public static CloseableIterator<RawImage> open(
      Bucket bucket, Storage storage, ReadOptions options) {
    return open(bucket, storage, options, new SkippedCounts());
  }

  /**
   * The images of a bucket in their order, read one at a time. What cannot be read comes as an
   * image without content; only trouble of the store as a whole is thrown.
   *
   * @param leftOut counts what lies among the images and is none, as it is come upon
   */
  public static CloseableIterator<RawImage> open(
      Bucket bucket, Storage storage, ReadOptions options, SkippedCounts leftOut) {
    if (bucket instanceof FileBucket files) {
      return new FileBucketReader(files, storage, options, leftOut);
    }
    if (bucket instanceof ParquetBucket rows) {
      return new ParquetBucketReader(rows, storage, options);
    }
    return new TarBucketReader((TarBucket) bucket, storage, options, leftOut);
  }

  /** An iterator over something that must be closed, and whose closing does not fail. */
  public interface CloseableIterator<T> extends Iterator<T>, AutoCloseable {
    @Override
    void close();
  }

  /**
   * Limits of reading.
   *
   * @param maxImageBytes files and members that are longer get the status {@code too-large} unread
   */
  public record ReadOptions(long maxImageBytes) implements Serializable {
    public static final long DEFAULT_MAX_IMAGE_BYTES = 256L << 20;

    public ReadOptions {
      if (maxImageBytes < 1 || maxImageBytes > Integer.MAX_VALUE - 8) {
        throw new IllegalArgumentException(
            "an image is read up to 1 to %d bytes, not %d"
                .formatted(Integer.MAX_VALUE - 8, maxImageBytes));
      }
    }

    /** Up to 256 MiB per image. */
    public static ReadOptions defaults() {
      return new ReadOptions(DEFAULT_MAX_IMAGE_BYTES);
    }
  }

  /** Counts what lay among the images and is none of them, by kind. Thread-safe. */
  public static final class SkippedCounts {
    private final SortedMap<String, Long> counts = new TreeMap<>();

    synchronized void add(String kind) {
      counts.merge(kind, 1L, Long::sum);
    }

    /** How many of each kind so far. */
    public synchronized SortedMap<String, Long> counts() {
      return new TreeMap<>(counts);
    }

    /** {@code "8 annotations and side files, 2 videos and sounds"}; empty for none. */
    public static String describe(Map<String, Long> counts) {
      return counts.entrySet().stream()
          .map(kind -> kind.getValue() + " " + kind.getKey())
          .collect(Collectors.joining(", "));
    }
  }
}
