package io.nomen.image;

/** Turns a stored image upright, as EXIF's orientation tag (Exif 2.32, section 4.6.4) says. */
final class Upright {
  private Upright() {}

  /**
   * Turns an image.
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
