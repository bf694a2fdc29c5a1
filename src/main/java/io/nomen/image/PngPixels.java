package io.nomen.image;

import java.util.Arrays;

/** Turns one row of PNG samples into RGB. */
final class PngPixels {
  private final int colourType;
  private final int depth;
  private final byte[] palette;

  PngPixels(PngHeader header) {
    this.colourType = header.colourType;
    this.depth = header.depth;
    // Indices beyond the palette are black.
    this.palette = Arrays.copyOf(header.palette, 3 << 8);
  }

  /**
   * Writes one row.
   *
   * @param row a filter byte and the row's samples
   * @param columns pixels in it
   * @param at offset in {@code rgb} of the first pixel
   * @param step from one pixel to the next in {@code rgb}
   */
  void put(byte[] row, int columns, byte[] rgb, int at, int step) {
    int sampleBytes = Math.max(1, depth / 8);
    switch (colourType) {
      case 2 -> colours(row, columns, 3 * sampleBytes, sampleBytes, rgb, at, step);
      case 6 -> colours(row, columns, 4 * sampleBytes, sampleBytes, rgb, at, step);
      case 4 -> colours(row, columns, 2 * sampleBytes, 0, rgb, at, step);
      case 3 -> indices(row, columns, rgb, at, step);
      default -> {
        if (depth >= 8) {
          colours(row, columns, sampleBytes, 0, rgb, at, step);
        } else {
          smallGreys(row, columns, rgb, at, step);
        }
      }
    }
  }

  /** Samples of one or two bytes, of which the first counts; grey has no step between colours. */
  private static void colours(
      byte[] row, int columns, int pixel, int colour, byte[] rgb, int start, int step) {
    int from = 1;
    int at = start;
    for (int x = 0; x < columns; x++) {
      rgb[at] = row[from];
      rgb[at + 1] = row[from + colour];
      rgb[at + 2] = row[from + 2 * colour];
      from += pixel;
      at += step;
    }
  }

  private void indices(byte[] row, int columns, byte[] rgb, int start, int step) {
    int at = start;
    for (int x = 0; x < columns; x++) {
      int entry = 3 * small(row, x);
      rgb[at] = palette[entry];
      rgb[at + 1] = palette[entry + 1];
      rgb[at + 2] = palette[entry + 2];
      at += step;
    }
  }

  private void smallGreys(byte[] row, int columns, byte[] rgb, int start, int step) {
    int scale = 255 / ((1 << depth) - 1);
    int at = start;
    for (int x = 0; x < columns; x++) {
      byte value = (byte) (small(row, x) * scale);
      rgb[at] = value;
      rgb[at + 1] = value;
      rgb[at + 2] = value;
      at += step;
    }
  }

  /** Sample {@code x} of a row with one sample per pixel of at most eight bits. */
  private int small(byte[] row, int x) {
    int bit = x * depth;
    int shift = 8 - depth - (bit & 7);
    return row[1 + (bit >> 3)] >> shift & (1 << depth) - 1;
  }
}
