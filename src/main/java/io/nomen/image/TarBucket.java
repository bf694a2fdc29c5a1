package io.nomen.image;

/**
 * One WebDataset shard, read as a stream.
 *
 * @param path URI of the shard as text
 * @param length bytes of the shard when it was listed
 */
public record TarBucket(int number, String path, long length) implements Bucket {
  private static final long serialVersionUID = 1L;
}
