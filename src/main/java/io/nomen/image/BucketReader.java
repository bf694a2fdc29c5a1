package io.nomen.image;

import io.nomen.store.Storage;

/** Opens buckets on executors. */
public final class BucketReader {
  private BucketReader() {}

  /** The images of a bucket; what is left out of them is not counted. */
  public static CloseableIterator<RawImage> open(
      Bucket bucket, Storage storage, ReadOptions options) {
    return open(bucket, storage, options, new LeftOut());
  }

  /**
   * The images of a bucket in their order, read one at a time. What cannot be read comes as an
   * image without content; only trouble of the store as a whole is thrown.
   *
   * @param leftOut counts what lies among the images and is none, as it is come upon
   */
  public static CloseableIterator<RawImage> open(
      Bucket bucket, Storage storage, ReadOptions options, LeftOut leftOut) {
    if (bucket instanceof FileBucket files) {
      return new FileBucketReader(files, storage, options, leftOut);
    }
    if (bucket instanceof ParquetBucket rows) {
      return new ParquetBucketReader(rows, storage, options);
    }
    return new TarBucketReader((TarBucket) bucket, storage, options, leftOut);
  }
}
