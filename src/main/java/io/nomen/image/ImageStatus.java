package io.nomen.image;

import java.util.Arrays;
import java.util.Optional;

/** What became of one listed image; every listed image has exactly one. */
public enum ImageStatus {
  /** Decoded whole. */
  OK("ok"),
  /** A file or member of no bytes. */
  EMPTY("empty"),
  /** No image format that Nomen knows begins like this. */
  NOT_AN_IMAGE("not-an-image"),
  /** An image, of a kind that Nomen does not read. */
  UNSUPPORTED("unsupported"),
  /** Begins well and ends before its last pixel. */
  TRUNCATED("truncated"),
  /** Says something that its format does not allow. */
  CORRUPT("corrupt"),
  /** More pixels or bytes than the limits allow. */
  TOO_LARGE("too-large"),
  /** Not decoded within the time limit. */
  TIMEOUT("timeout"),
  /** The file system did not give the bytes. */
  UNREADABLE("unreadable");

  private final String word;

  ImageStatus(String word) {
    this.word = word;
  }

  /** The word in tables and reports. */
  public String word() {
    return word;
  }

  /** The status that {@code word} names. */
  public static Optional<ImageStatus> of(String word) {
    return Arrays.stream(values()).filter(status -> status.word.equals(word)).findFirst();
  }

  @Override
  public String toString() {
    return word;
  }
}
