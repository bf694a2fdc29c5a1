package io.nomen.encode;

import io.nomen.RootLocale;
import java.io.Serializable;
import java.util.List;
import java.util.SortedMap;

/**
 * Says that a bucket is whole, and which files are it. Written last: a bucket without its manifest
 * does not count, whatever files lie about.
 *
 * @param bucket number of the bucket
 * @param file name of its Parquet file, the same in {@code images} and {@code embeddings}
 * @param listed rows in {@code images}
 * @param embedded rows in {@code embeddings}
 * @param statuses word of each status → images that have it
 * @param bad up to {@value #EXAMPLES} of each status of bad images
 * @param leftOut kind of what lay among the images and is none → how many
 */
public record BucketManifest(
    int bucket,
    String file,
    long listed,
    long embedded,
    SortedMap<String, Long> statuses,
    List<BadImage> bad,
    SortedMap<String, Long> leftOut)
    implements Serializable {
  /** As many as a message shows. */
  public static final int EXAMPLES = 3;

  /** An image that could not be used. */
  public record BadImage(String status, String reason, String path) implements Serializable {}

  public static String name(int bucket) {
    return RootLocale.format("bucket-%06d.json", bucket);
  }
}
