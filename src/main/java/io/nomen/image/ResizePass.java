package io.nomen.image;

import java.util.Arrays;

/**
 * The two passes of {@link PillowResize}: hot loops. Both come down to {@link #add}, which the
 * compiler turns into vector instructions as long as all its arrays are of {@code int}; the
 * horizontal pass turns strips of the image on their side for that. Measured at 500 x 375 to 224
 * against a plain loop over pixels: see {@code DecodeTimes} in {@code src/bench}.
 */
final class ResizePass {
  /** Rows that are turned at a time: long enough for vectors, short enough for the cache. */
  private static final int STRIP = 64;

  private ResizePass() {}

  /**
   * Filters rows.
   *
   * @param rows how many, from {@code firstRow} on
   * @return {@code [rows, width, 3]}
   */
  static byte[] horizontal(RgbImage image, ResizeFilter filter, int width, int firstRow, int rows) {
    byte[] out = new byte[Math.multiplyExact(3 * width, rows)];
    int firstColumn = filter.first()[0];
    int last = width - 1;
    int columns = filter.first()[last] + filter.count()[last] - firstColumn;
    int[] turned = new int[Math.multiplyExact(3 * STRIP, columns)];
    int[] sums = new int[3 * STRIP];
    for (int y = 0; y < rows; y += STRIP) {
      int strip = Math.min(STRIP, rows - y);
      turn(image, firstColumn, columns, firstRow + y, strip, turned);
      for (int x = 0; x < width; x++) {
        Arrays.fill(sums, ResizeFilter.HALF);
        int from = (filter.first()[x] - firstColumn) * sums.length;
        for (int k = 0; k < filter.count()[x]; k++) {
          add(sums, turned, from + k * sums.length, filter.weights()[x * filter.taps() + k]);
        }
        int to = 3 * (y * width + x);
        for (int row = 0; row < strip; row++) {
          out[to] = rounded(sums[row]);
          out[to + 1] = rounded(sums[STRIP + row]);
          out[to + 2] = rounded(sums[2 * STRIP + row]);
          to += 3 * width;
        }
      }
    }
    return out;
  }

  /** Writes a strip as {@code [columns, 3, STRIP]}. */
  private static void turn(
      RgbImage image, int firstColumn, int columns, int firstRow, int strip, int[] turned) {
    byte[] rgb = image.rgb();
    int stride = 3 * image.width();
    int start = firstRow * stride + 3 * firstColumn;
    // Down first: what is read stays in the nearest cache for the next columns.
    for (int x = 0; x < columns; x++) {
      int from = start + 3 * x;
      int to = 3 * STRIP * x;
      for (int row = 0; row < strip; row++) {
        turned[to + row] = rgb[from] & 0xff;
        turned[to + STRIP + row] = rgb[from + 1] & 0xff;
        turned[to + 2 * STRIP + row] = rgb[from + 2] & 0xff;
        from += stride;
      }
    }
  }

  /**
   * Filters columns.
   *
   * @param in rows of {@code stride} bytes, of which the first is the image's row {@code firstRow}
   * @param out rows of {@code stride} bytes, one for each output of {@code filter}
   */
  static void vertical(byte[] in, int firstRow, ResizeFilter filter, int stride, byte[] out) {
    int[] sums = new int[stride];
    // Rows as ints, each at its number modulo the number of taps: an output needs no more at once.
    int[][] rows = new int[filter.taps()][stride];
    int ready = firstRow;
    for (int y = 0; y < filter.first().length; y++) {
      int first = filter.first()[y];
      int end = first + filter.count()[y];
      for (; ready < end; ready++) {
        widen(in, (ready - firstRow) * stride, rows[ready % rows.length]);
      }
      Arrays.fill(sums, ResizeFilter.HALF);
      for (int row = first; row < end; row++) {
        add(sums, rows[row % rows.length], 0, filter.weights()[y * filter.taps() + row - first]);
      }
      int to = y * stride;
      for (int i = 0; i < stride; i++) {
        out[to + i] = rounded(sums[i]);
      }
    }
  }

  private static void widen(byte[] in, int from, int[] row) {
    for (int i = 0; i < row.length; i++) {
      row[i] = in[from + i] & 0xff;
    }
  }

  private static void add(int[] sums, int[] in, int from, int weight) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += in[from + i] * weight;
    }
  }

  private static byte rounded(int sum) {
    return (byte) Math.max(0, Math.min(255, sum >> ResizeFilter.PRECISION_BITS));
  }
}
