package io.nomen.run;

import io.nomen.RootLocale;
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
 */
public record BucketManifest(
    int bucket, String file, long listed, long embedded, SortedMap<String, Long> statuses)
    implements java.io.Serializable {

  public static String name(int bucket) {
    return RootLocale.format("bucket-%06d.json", bucket);
  }
}
