package io.nomen.image;

/**
 * A decoded image in memory.
 *
 * @param width pixels per row
 * @param height rows
 * @param rgb {@code [height, width, 3]} unsigned bytes, row after row from the top: red, green,
 *     blue
 */
public record RgbImage(int width, int height, byte[] rgb) {

  public RgbImage {
    if (rgb.length != 3L * width * height) {
      throw new IllegalArgumentException(
          "an image of %d x %d needs %d bytes of RGB, not %d"
              .formatted(width, height, 3L * width * height, rgb.length));
    }
  }

  /** A black image. */
  static RgbImage blank(int width, int height) {
    return new RgbImage(width, height, new byte[Math.toIntExact(3L * width * height)]);
  }

  /** Copies a smaller image into this one, its top left corner at ({@code left}, {@code top}). */
  void put(RgbImage part, int left, int top) {
    for (int y = 0; y < part.height; y++) {
      int to = 3 * ((top + y) * width + left);
      System.arraycopy(part.rgb, 3 * y * part.width, rgb, to, 3 * part.width);
    }
  }
}
