package io.nomen.image;

import java.util.Optional;

/** What decoding gave: an upright image, or a status and its reason. */
public sealed interface Decoded permits Decoded.Ok, Decoded.Bad {

  /**
   * A whole picture.
   *
   * @param image upright: the orientation is applied
   * @param info the image as stored
   */
  record Ok(RgbImage image, ImageInfo info) implements Decoded {}

  /**
   * No picture.
   *
   * @param status anything but {@link ImageStatus#OK}
   * @param reason one clause for the table of images: what was found
   * @param info the header, where it could be read
   */
  record Bad(ImageStatus status, String reason, Optional<ImageInfo> info) implements Decoded {}

  /**
   * What an image's header says, known before a pixel is decoded.
   *
   * @param format lower-case name of the format: {@code jpeg}, {@code png}, …
   * @param width pixels per row as stored, before the orientation is applied
   * @param height rows as stored
   * @param orientation EXIF orientation 1 to 8; 1 where the image does not say
   */
  record ImageInfo(String format, int width, int height, int orientation) {

    /** Pixels as the header promises them. */
    public long pixels() {
      return (long) width * height;
    }
  }
}
