package io.nomen.image;

/**
 * One WebDataset shard, read as a stream.
 *
 * @param path URI of the shard as text
 * @param length bytes of the shard when it was listed
 * @param modified when it was written last, as {@link ListedFile} has it
 */
public record TarBucket(int number, String path, long length, long modified) implements Bucket {
  private static final long serialVersionUID = 1L;
}
