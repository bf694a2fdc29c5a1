package io.nomen.image;

/** Whether the pixels that a BMP's header promises are there. */
final class BmpHeader {
  private static final int CORE = 12;

  private BmpHeader() {}

  /**
   * Fails where the file is too short for its rows; run-length coded rows have no known length.
   *
   * @param width pixels per row, as the reader takes it from the header
   * @param height rows
   */
  static void requireWhole(byte[] bytes, int width, int height) throws BadImageException {
    boolean core = Bytes.i32Little(bytes, 14) == CORE;
    if (bytes.length < (core ? 26 : 54)) {
      throw BadImageException.truncated("it ends within its BMP header");
    }
    int depth = Bytes.u16Little(bytes, core ? 24 : 28);
    int compression = core ? 0 : Bytes.i32Little(bytes, 30);
    boolean plain = compression == 0 || compression == 3 || compression == 6;
    boolean runLengths = compression == 1 || compression == 2;
    if (!plain && !runLengths) {
      throw BadImageException.unsupported("a BMP with compression %d", compression);
    }
    if (depth != 1
        && depth != 2
        && depth != 4
        && depth != 8
        && depth != 16
        && depth != 24
        && depth != 32) {
      throw BadImageException.corrupt("its BMP header says %d bits per pixel", depth);
    }
    long offset = Bytes.u32Little(bytes, 10);
    long row = ((long) width * depth + 31) / 32 * 4;
    if (plain && offset + row * height > bytes.length) {
      throw BadImageException.truncated(
          "it has %d bytes; its BMP rows need %d", bytes.length, offset + row * height);
    }
    long pixels = (long) width * height;
    // A run of two bytes covers at most 255 pixels, and an escape of four skips at most 255 rows.
    if (runLengths && (offset >= bytes.length || pixels / 255 > (long) bytes.length * 255)) {
      throw BadImageException.truncated("its BMP data is too short for %d pixels", pixels);
    }
    if (runLengths
        && (bytes[bytes.length - 1] != 1 || bytes[bytes.length - 2] != 0)
        && !endsWithin(bytes)) {
      throw BadImageException.truncated("its run-length coded BMP rows have no end");
    }
  }

  /** The end mark may be followed by padding. */
  private static boolean endsWithin(byte[] bytes) {
    for (int i = bytes.length - 2; i >= Math.max(0, bytes.length - 8); i--) {
      if (bytes[i] == 0 && bytes[i + 1] == 1) {
        return true;
      }
    }
    return false;
  }
}
