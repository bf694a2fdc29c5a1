package io.nomen.image;

import io.nomen.RootLocale;
import java.io.IOException;

/**
 * An image that cannot be used, on its way from a format's reader to {@link ImageDecoder}, which
 * turns it into a row. An {@code IOException}, so that it passes through ImageIO's readers.
 */
final class BadImageException extends IOException {
  private static final long serialVersionUID = 1L;

  private final ImageStatus status;

  BadImageException(ImageStatus status, String reason) {
    super(reason);
    this.status = status;
  }

  static BadImageException truncated(String reason, Object... values) {
    return new BadImageException(ImageStatus.TRUNCATED, format(reason, values));
  }

  static BadImageException corrupt(String reason, Object... values) {
    return new BadImageException(ImageStatus.CORRUPT, format(reason, values));
  }

  static BadImageException unsupported(String reason, Object... values) {
    return new BadImageException(ImageStatus.UNSUPPORTED, format(reason, values));
  }

  static BadImageException tooLarge(String reason, Object... values) {
    return new BadImageException(ImageStatus.TOO_LARGE, format(reason, values));
  }

  private static String format(String reason, Object... values) {
    return RootLocale.format(reason, values);
  }

  ImageStatus status() {
    return status;
  }

  /** A row's content needs no stack, and a suite of bad images should not pay for a million. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
