package io.nomen.image;

import io.nomen.image.ModelInput.Resampling;
import java.util.Arrays;

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

  /**
   * Which input pixels make an output pixel along one axis, and with what weights: a filter of
   * Pillow's, whose support grows when shrinking, in Pillow's 22-bit fixed point.
   *
   * @param first {@code [outputs]}: the first input of each output
   * @param count {@code [outputs]}: how many inputs it has
   * @param weights {@code [outputs, taps]}
   * @param taps most inputs that an output can have
   */
  record ResizeFilter(int[] first, int[] count, int[] weights, int taps) {
    static final int PRECISION_BITS = 32 - 8 - 2;
    static final int HALF = 1 << (PRECISION_BITS - 1);

    /** The outputs {@code from} to {@code from + outputs - 1} of a side of {@code whole} pixels. */
    static ResizeFilter of(Resampling resampling, int inputs, int whole, int from, int outputs) {
      double scale = (double) inputs / whole;
      double stretch = Math.max(1, scale);
      double support = resampling.support() * stretch;
      int taps = (int) Math.ceil(support) * 2 + 1;
      int[] first = new int[outputs];
      int[] count = new int[outputs];
      int[] weights = new int[Math.multiplyExact(outputs, taps)];
      double[] exact = new double[taps];
      for (int i = 0; i < outputs; i++) {
        double centre = (from + i + 0.5) * scale;
        int low = Math.max(0, (int) (centre - support + 0.5));
        int high = Math.min(inputs, (int) (centre + support + 0.5));
        double sum = 0;
        for (int x = low; x < high; x++) {
          exact[x - low] = resampling.weight((x - centre + 0.5) * (1 / stretch));
          sum += exact[x - low];
        }
        first[i] = low;
        count[i] = high - low;
        for (int x = 0; x < high - low; x++) {
          double weight = (sum == 0 ? exact[x] : exact[x] / sum) * (1 << PRECISION_BITS);
          weights[i * taps + x] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
        }
      }
      return new ResizeFilter(first, count, weights, taps);
    }
  }

  /**
   * The two passes of {@link PillowResize}: hot loops. Both come down to {@link #add}, which the
   * compiler turns into vector instructions as long as all its arrays are of {@code int} and begin
   * where they are read from; the horizontal pass turns strips of the image on their side for that.
   * Measured at 500 x 375 to 224 against a plain loop over pixels: see {@code DecodeTimes} in
   * {@code src/bench}.
   */
  static final class ResizePass {
    /** Rows that are turned at a time: long enough for vectors, short enough for the cache. */
    private static final int STRIP = 64;

    private ResizePass() {}

    /**
     * Filters rows.
     *
     * @param rows how many, from {@code firstRow} on
     * @return {@code [rows, width, 3]}
     */
    static byte[] horizontal(
        RgbImage image, PillowResize.ResizeFilter filter, int width, int firstRow, int rows) {
      byte[] out = new byte[Math.multiplyExact(3 * width, rows)];
      // Columns as rows, each at its number modulo the number of taps, as the vertical pass has
      // its rows.
      int[][] turned = new int[filter.taps()][3 * STRIP];
      int[] sums = new int[3 * STRIP];
      for (int y = 0; y < rows; y += STRIP) {
        int strip = Math.min(STRIP, rows - y);
        int ready = filter.first()[0];
        for (int x = 0; x < width; x++) {
          int first = filter.first()[x];
          int end = first + filter.count()[x];
          for (; ready < end; ready++) {
            turn(image, ready, firstRow + y, strip, turned[ready % turned.length]);
          }
          Arrays.fill(sums, PillowResize.ResizeFilter.HALF);
          for (int column = first; column < end; column++) {
            int weight = filter.weights()[x * filter.taps() + column - first];
            add(sums, turned[column % turned.length], weight);
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

    /** Writes a part of a column as {@code [3, STRIP]}. */
    private static void turn(RgbImage image, int column, int firstRow, int strip, int[] turned) {
      byte[] rgb = image.rgb();
      int stride = 3 * image.width();
      int from = firstRow * stride + 3 * column;
      for (int row = 0; row < strip; row++) {
        turned[row] = rgb[from] & 0xff;
        turned[STRIP + row] = rgb[from + 1] & 0xff;
        turned[2 * STRIP + row] = rgb[from + 2] & 0xff;
        from += stride;
      }
    }

    /**
     * Filters columns.
     *
     * @param in rows of {@code stride} bytes, of which the first is the image's row {@code
     *     firstRow}
     * @param out rows of {@code stride} bytes, one for each output of {@code filter}
     */
    static void vertical(
        byte[] in, int firstRow, PillowResize.ResizeFilter filter, int stride, byte[] out) {
      int[] sums = new int[stride];
      // Rows as ints, each at its number modulo the number of taps: an output needs no more at
      // once.
      int[][] rows = new int[filter.taps()][stride];
      int ready = firstRow;
      for (int y = 0; y < filter.first().length; y++) {
        int first = filter.first()[y];
        int end = first + filter.count()[y];
        for (; ready < end; ready++) {
          widen(in, (ready - firstRow) * stride, rows[ready % rows.length]);
        }
        Arrays.fill(sums, PillowResize.ResizeFilter.HALF);
        for (int row = first; row < end; row++) {
          add(sums, rows[row % rows.length], filter.weights()[y * filter.taps() + row - first]);
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

    private static void add(int[] sums, int[] in, int weight) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += in[i] * weight;
      }
    }

    private static byte rounded(int sum) {
      return (byte) Math.max(0, Math.min(255, sum >> PillowResize.ResizeFilter.PRECISION_BITS));
    }
  }
}
