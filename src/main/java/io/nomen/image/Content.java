package io.nomen.image;

/** What reading one listed image gave: its bytes, or why there are none. */
public sealed interface Content permits Content.Whole, Content.Missing {

  /**
   * The bytes.
   *
   * @param bytes the whole file or member, as stored
   */
  record Whole(byte[] bytes) implements Content {}

  /**
   * No bytes.
   *
   * @param status anything but {@link ImageStatus#OK}
   * @param reason one clause for the table of images
   */
  record Missing(ImageStatus status, String reason) implements Content {}
}
