package io.nomen.image;

import io.nomen.store.Storage;

/** Opens buckets on executors. */
public final class BucketReader {
  private BucketReader() {}

  /**
   * The images of a bucket in their order, read one at a time. What cannot be read comes as an
   * image without content; only trouble of the store as a whole is thrown.
   */
  public static CloseableIterator<RawImage> open(
      Bucket bucket, Storage storage, ReadOptions options) {
    if (bucket instanceof FileBucket files) {
      return new FileBucketReader(files, storage, options);
    }
    if (bucket instanceof ParquetBucket rows) {
      return new ParquetBucketReader(rows, storage, options);
    }
    return new TarBucketReader((TarBucket) bucket, storage, options);
  }
}
