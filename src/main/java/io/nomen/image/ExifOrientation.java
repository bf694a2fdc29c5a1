package io.nomen.image;

import java.util.Arrays;

/**
 * The orientation that a picture is to be shown in, as EXIF's or TIFF's tag 0x0112 or XMP's {@code
 * tiff:Orientation} says. Of a TIFF structure one tag of the first directory is read, so
 * directories that point at one another cannot lead anywhere.
 */
final class ExifOrientation {
  static final int UPRIGHT = 1;

  /** It does not say. */
  static final int NONE = 0;

  static final String XMP_TAG = "tiff:Orientation";
  private static final int TAG = 0x0112;
  private static final int BYTE = 1;
  private static final int SHORT = 3;
  private static final int LONG = 4;
  private static final int ENTRY_BYTES = 12;

  private ExifOrientation() {}

  /**
   * Reads the tag of a TIFF structure.
   *
   * @param start offset of the TIFF header ({@code II*} or {@code MM*}) in {@code bytes}
   * @param end offset behind its last byte
   * @return 1 to 8; {@link #NONE} where the tag is missing, damaged or out of range
   */
  static int read(byte[] bytes, int start, int end) {
    if (end - start < 8) {
      return NONE;
    }
    boolean little = Bytes.startsWith(bytes, start, "II");
    if (!little && !Bytes.startsWith(bytes, start, "MM")) {
      return NONE;
    }
    long directory =
        start + (little ? Bytes.u32Little(bytes, start + 4) : Bytes.u32(bytes, start + 4));
    if (directory + 2 > end) {
      return NONE;
    }
    int entries = u16(bytes, (int) directory, little);
    for (int i = 0; i < entries; i++) {
      long at = directory + 2 + (long) i * ENTRY_BYTES;
      if (at + ENTRY_BYTES > end) {
        return NONE;
      }
      if (u16(bytes, (int) at, little) == TAG) {
        return valid(value(bytes, (int) at, little));
      }
    }
    return NONE;
  }

  /** Some writers use a byte or a long for what should be a short. */
  private static long value(byte[] bytes, int entry, boolean little) {
    return switch (u16(bytes, entry + 2, little)) {
      case BYTE -> Bytes.u8(bytes, entry + 8);
      case SHORT -> u16(bytes, entry + 8, little);
      case LONG -> little ? Bytes.u32Little(bytes, entry + 8) : Bytes.u32(bytes, entry + 8);
      default -> NONE;
    };
  }

  /**
   * Reads what an XMP packet says, as an attribute or an element.
   *
   * @param end offset behind the packet's last byte
   * @return 1 to 8, or {@link #NONE}
   */
  static int ofXmp(byte[] bytes, int start, int end) {
    int digit = XMP_TAG.length();
    for (int at = start; at + digit + 2 < end; at++) {
      if (bytes[at] == 't' && Bytes.startsWith(bytes, at, XMP_TAG)) {
        boolean element = bytes[at + digit] == '>';
        int value = at + digit + (element ? 1 : 2);
        if (element || Bytes.startsWith(bytes, at + digit, "=\"")) {
          return valid(bytes[value] - '0');
        }
      }
    }
    return NONE;
  }

  /** The first of several that says something, or upright. */
  static int first(int... orientations) {
    return Arrays.stream(orientations).filter(o -> o != NONE).findFirst().orElse(UPRIGHT);
  }

  private static int valid(long value) {
    return value >= 1 && value <= 8 ? (int) value : NONE;
  }

  private static int u16(byte[] bytes, int at, boolean little) {
    return little ? Bytes.u16Little(bytes, at) : Bytes.u16(bytes, at);
  }

  /**
   * Turns a stored image upright, as Exif 2.32, section 4.6.4 says.
   *
   * @param orientation 1 to 8
   * @return {@code image} itself for 1, otherwise a turned or mirrored copy
   */
  static RgbImage apply(RgbImage image, int orientation) {
    int w = image.width();
    int h = image.height();
    // Where pixel (x, y) of the stored image goes: origin + x * alongRow + y * alongColumn.
    return switch (orientation) {
      case 2 -> move(image, w, h, w - 1, -1, w);
      case 3 -> move(image, w, h, w * h - 1, -1, -w);
      case 4 -> move(image, w, h, w * (h - 1), 1, -w);
      case 5 -> move(image, h, w, 0, h, 1);
      case 6 -> move(image, h, w, h - 1, h, -1);
      case 7 -> move(image, h, w, w * h - 1, -h, -1);
      case 8 -> move(image, h, w, h * (w - 1), -h, 1);
      default -> image;
    };
  }

  private static RgbImage move(
      RgbImage image, int newWidth, int newHeight, int origin, int alongRow, int alongColumn) {
    byte[] from = image.rgb();
    byte[] to = new byte[from.length];
    int source = 0;
    for (int y = 0; y < image.height(); y++) {
      int pixel = origin + y * alongColumn;
      for (int x = 0; x < image.width(); x++) {
        int target = 3 * pixel;
        to[target] = from[source];
        to[target + 1] = from[source + 1];
        to[target + 2] = from[source + 2];
        source += 3;
        pixel += alongRow;
      }
    }
    return new RgbImage(newWidth, newHeight, to);
  }
}
