package io.nomen.image;

/**
 * Pillow's resize to the last bit: rows first, rounded to 8 bits, then columns. CLIP's
 * preprocessing is defined by it, and other filters cost cosine.
 */
public final class PillowResize {
  private PillowResize() {}

  /**
   * Resizes a whole image.
   *
   * @param width pixels per row of the result
   * @param height rows of the result
   */
  public static RgbImage resize(RgbImage image, Resampling resampling, int width, int height) {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(
          "an image cannot be resized to %d x %d".formatted(width, height));
    }
    return resize(image, resampling, width, height, 0, 0, width, height);
  }

  /**
   * The part of the resized image that begins at ({@code left}, {@code top}); what lies outside it
   * is not computed.
   */
  static RgbImage resize(
      RgbImage image,
      Resampling resampling,
      int width,
      int height,
      int left,
      int top,
      int partWidth,
      int partHeight) {
    if (image.height() == height) {
      return new RgbImage(
          partWidth,
          partHeight,
          across(image, resampling, width, left, partWidth, top, partHeight));
    }
    ResizeFilter down = ResizeFilter.of(resampling, image.height(), height, top, partHeight);
    int last = partHeight - 1;
    int firstRow = down.first()[0];
    int rows = down.first()[last] + down.count()[last] - firstRow;
    byte[] across = across(image, resampling, width, left, partWidth, firstRow, rows);
    byte[] out = new byte[Math.multiplyExact(3 * partWidth, partHeight)];
    ResizePass.vertical(across, firstRow, down, 3 * partWidth, out);
    return new RgbImage(partWidth, partHeight, out);
  }

  private static byte[] across(
      RgbImage image,
      Resampling resampling,
      int width,
      int left,
      int partWidth,
      int firstRow,
      int rows) {
    if (image.width() == width) {
      return columns(image, left, partWidth, firstRow, rows);
    }
    ResizeFilter filter = ResizeFilter.of(resampling, image.width(), width, left, partWidth);
    return ResizePass.horizontal(image, filter, partWidth, firstRow, rows);
  }

  private static byte[] columns(RgbImage image, int left, int width, int firstRow, int rows) {
    byte[] out = new byte[3 * width * rows];
    for (int y = 0; y < rows; y++) {
      int from = 3 * ((firstRow + y) * image.width() + left);
      System.arraycopy(image.rgb(), from, out, 3 * width * y, 3 * width);
    }
    return out;
  }
}
