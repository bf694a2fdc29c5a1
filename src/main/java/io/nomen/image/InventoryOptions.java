package io.nomen.image;

import java.util.Optional;

/**
 * How inputs are listed.
 *
 * @param filesPerBucket most plain files in one bucket
 * @param imageColumn binary column of Parquet inputs; without it Parquet files are no images
 * @param labelColumn column of Parquet inputs that holds labels
 * @param pathColumn column of Parquet inputs that names their images
 */
public record InventoryOptions(
    int filesPerBucket,
    Optional<String> imageColumn,
    Optional<String> labelColumn,
    Optional<String> pathColumn) {
  public static final int DEFAULT_FILES_PER_BUCKET = 2000;

  public InventoryOptions {
    if (filesPerBucket < 1) {
      throw new IllegalArgumentException("a bucket holds at least one file, not " + filesPerBucket);
    }
  }

  /** Buckets of {@value #DEFAULT_FILES_PER_BUCKET} files, no Parquet columns. */
  public static InventoryOptions defaults() {
    return new InventoryOptions(
        DEFAULT_FILES_PER_BUCKET, Optional.empty(), Optional.empty(), Optional.empty());
  }
}
