package io.nomen.image;

/** The markers of a JPEG (ITU-T T.81, table B.1) and how to step from one to the next. */
final class JpegMarkers {
  static final int HUFFMAN_TABLES = 0xC4;
  static final int END = 0xD9;
  static final int SCAN = 0xDA;

  private JpegMarkers() {}

  /** Offset of the 0xFF of the first marker at or behind {@code from}; junk is passed by. */
  static int next(byte[] bytes, int from) throws BadImageException {
    for (int at = from; at + 1 < bytes.length; at++) {
      int code = bytes[at + 1] & 0xff;
      if (bytes[at] == (byte) 0xff && code != 0 && code != 0xff) {
        return at;
      }
    }
    throw BadImageException.truncated("it ends before its last JPEG segment");
  }

  /** Whether an end marker stands behind the last scan; entropy-coded data cannot look like one. */
  static boolean ended(byte[] bytes) {
    for (int at = bytes.length - 2; at >= 0; at--) {
      if (bytes[at] == (byte) 0xff && code(bytes, at) == END) {
        return true;
      }
      if (bytes[at] == (byte) 0xff && code(bytes, at) == SCAN) {
        return false;
      }
    }
    return false;
  }

  static int code(byte[] bytes, int at) {
    return bytes[at + 1] & 0xff;
  }

  /** Whether a marker has no segment behind it. */
  static boolean standsAlone(int code) {
    return code == 0x01 || (code >= 0xD0 && code <= 0xD8);
  }

  static boolean isFrame(int code) {
    return code >= 0xC0 && code <= 0xCF && code != HUFFMAN_TABLES && code != 0xC8 && code != 0xCC;
  }

  /** Offset behind the segment of the marker at {@code at}. */
  static int end(byte[] bytes, int at) throws BadImageException {
    if (at + 4 > bytes.length) {
      throw BadImageException.truncated("it ends before its last JPEG segment");
    }
    int length = Bytes.u16(bytes, at + 2);
    if (length < 2) {
      throw BadImageException.corrupt("a JPEG segment has the length %d", length);
    }
    if (at + 2 + length > bytes.length) {
      throw BadImageException.truncated("it ends within a JPEG segment");
    }
    return at + 2 + length;
  }
}
