package io.nomen.image;

import java.io.Serializable;

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
