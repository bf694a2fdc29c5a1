package io.nomen.image;

/**
 * What an image's header says, known before a pixel is decoded.
 *
 * @param format lower-case name of the format: {@code jpeg}, {@code png}, …
 * @param width pixels per row as stored, before the orientation is applied
 * @param height rows as stored
 * @param orientation EXIF orientation 1 to 8; 1 where the image does not say
 */
public record Facts(String format, int width, int height, int orientation) {

  /** Pixels as the header promises them. */
  public long pixels() {
    return (long) width * height;
  }
}
