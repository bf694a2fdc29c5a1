package io.nomen.image;

import java.util.Optional;

/** What decoding gave: an upright image, or a status and its reason. */
public sealed interface Decoded permits Decoded.Ok, Decoded.Bad {

  /**
   * A whole picture.
   *
   * @param image upright: the orientation is applied
   * @param facts the image as stored
   */
  record Ok(RgbImage image, Facts facts) implements Decoded {}

  /**
   * No picture.
   *
   * @param status anything but {@link ImageStatus#OK}
   * @param reason one clause for the table of images: what was found
   * @param facts the header, where it could be read
   */
  record Bad(ImageStatus status, String reason, Optional<Facts> facts) implements Decoded {}
}
