package io.nomen.image;

/**
 * The orientation tag of a TIFF structure, which is also EXIF's: one tag of the first directory, so
 * directories that point at one another cannot lead anywhere.
 */
final class ExifOrientation {
  static final int UPRIGHT = 1;
  private static final int TAG = 0x0112;
  private static final int SHORT = 3;
  private static final int ENTRY_BYTES = 12;

  private ExifOrientation() {}

  /**
   * Reads the orientation.
   *
   * @param start offset of the TIFF header ({@code II*} or {@code MM*}) in {@code bytes}
   * @param end offset behind its last byte
   * @return 1 to 8; 1 where the tag is missing, damaged or out of range
   */
  static int read(byte[] bytes, int start, int end) {
    if (end - start < 8) {
      return UPRIGHT;
    }
    boolean little = Bytes.startsWith(bytes, start, "II");
    if (!little && !Bytes.startsWith(bytes, start, "MM")) {
      return UPRIGHT;
    }
    long directory =
        start + (little ? Bytes.u32Little(bytes, start + 4) : Bytes.u32(bytes, start + 4));
    if (directory + 2 > end) {
      return UPRIGHT;
    }
    int entries = u16(bytes, (int) directory, little);
    for (int i = 0; i < entries; i++) {
      long at = directory + 2 + (long) i * ENTRY_BYTES;
      if (at + ENTRY_BYTES > end) {
        return UPRIGHT;
      }
      int entry = (int) at;
      if (u16(bytes, entry, little) == TAG && u16(bytes, entry + 2, little) == SHORT) {
        int value = u16(bytes, entry + 8, little);
        return value >= 1 && value <= 8 ? value : UPRIGHT;
      }
    }
    return UPRIGHT;
  }

  private static int u16(byte[] bytes, int at, boolean little) {
    return little ? Bytes.u16Little(bytes, at) : Bytes.u16(bytes, at);
  }
}
