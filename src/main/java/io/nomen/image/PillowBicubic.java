package io.nomen.image;

import java.util.Arrays;

/**
 * Pillow's bicubic resize to the last bit: rows first, rounded to 8 bits, then columns. CLIP's
 * preprocessing is defined by it, and other bicubics cost cosine.
 */
public final class PillowBicubic {
  private PillowBicubic() {}

  /**
   * Resizes a whole image.
   *
   * @param width pixels per row of the result
   * @param height rows of the result
   */
  public static RgbImage resize(RgbImage image, int width, int height) {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(
          "an image cannot be resized to %d x %d".formatted(width, height));
    }
    return resize(image, width, height, 0, 0, width, height);
  }

  /**
   * The part of the resized image that begins at ({@code left}, {@code top}); what lies outside it
   * is not computed.
   */
  static RgbImage resize(
      RgbImage image, int width, int height, int left, int top, int partWidth, int partHeight) {
    BicubicFilter down = BicubicFilter.of(image.height(), height, top, partHeight);
    int firstRow = down.first()[0];
    int last = partHeight - 1;
    int rows = down.first()[last] + down.count()[last] - firstRow;
    byte[] across;
    if (image.width() == width) {
      across = columns(image, left, partWidth, firstRow, rows);
    } else {
      BicubicFilter filter = BicubicFilter.of(image.width(), width, left, partWidth);
      across = horizontal(image, filter, partWidth, firstRow, rows);
    }
    int stride = 3 * partWidth;
    byte[] out = new byte[Math.multiplyExact(stride, partHeight)];
    if (image.height() == height) {
      System.arraycopy(across, 0, out, 0, out.length);
    } else {
      vertical(across, firstRow, down, stride, out);
    }
    return new RgbImage(partWidth, partHeight, out);
  }

  private static byte[] columns(RgbImage image, int left, int width, int firstRow, int rows) {
    byte[] out = new byte[3 * width * rows];
    for (int y = 0; y < rows; y++) {
      int from = 3 * ((firstRow + y) * image.width() + left);
      System.arraycopy(image.rgb(), from, out, 3 * width * y, 3 * width);
    }
    return out;
  }

  private static byte[] horizontal(
      RgbImage image, BicubicFilter filter, int width, int firstRow, int rows) {
    byte[] in = image.rgb();
    byte[] out = new byte[Math.multiplyExact(3 * width, rows)];
    int[] first = filter.first();
    int[] count = filter.count();
    int[] weights = filter.weights();
    int taps = filter.taps();
    int to = 0;
    for (int y = 0; y < rows; y++) {
      int row = 3 * (firstRow + y) * image.width();
      for (int x = 0; x < width; x++) {
        int red = BicubicFilter.HALF;
        int green = BicubicFilter.HALF;
        int blue = BicubicFilter.HALF;
        int at = row + 3 * first[x];
        int k = x * taps;
        int end = k + count[x];
        for (; k < end; k++) {
          int weight = weights[k];
          red += (in[at] & 0xff) * weight;
          green += (in[at + 1] & 0xff) * weight;
          blue += (in[at + 2] & 0xff) * weight;
          at += 3;
        }
        out[to] = clamp(red >> BicubicFilter.PRECISION_BITS);
        out[to + 1] = clamp(green >> BicubicFilter.PRECISION_BITS);
        out[to + 2] = clamp(blue >> BicubicFilter.PRECISION_BITS);
        to += 3;
      }
    }
    return out;
  }

  private static void vertical(
      byte[] in, int firstRow, BicubicFilter filter, int stride, byte[] out) {
    int[] sums = new int[stride];
    for (int y = 0; y < filter.first().length; y++) {
      Arrays.fill(sums, BicubicFilter.HALF);
      int from = (filter.first()[y] - firstRow) * stride;
      for (int k = 0; k < filter.count()[y]; k++) {
        addRow(sums, in, from + k * stride, filter.weights()[y * filter.taps() + k]);
      }
      int to = y * stride;
      for (int i = 0; i < stride; i++) {
        out[to + i] = clamp(sums[i] >> BicubicFilter.PRECISION_BITS);
      }
    }
  }

  private static void addRow(int[] sums, byte[] in, int from, int weight) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += (in[from + i] & 0xff) * weight;
    }
  }

  private static byte clamp(int value) {
    return (byte) Math.max(0, Math.min(255, value));
  }
}
