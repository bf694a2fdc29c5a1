package io.nomen.image;

import java.util.Iterator;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Decodes every kind of PNG to RGB as Pillow does: palettes looked up, greys repeated, transparency
 * dropped, 16 bits cut to the upper 8 (Pillow clips 16-bit grey instead, which loses the picture).
 *
 * <p>Own code rather than ImageIO's reader: it inflates what it needs and nothing else, notices a
 * missing end, and can be stopped.
 */
final class PngDecoder {
  /** Deflate makes at most 1032 bytes of one (RFC 1951's longest match in its shortest code). */
  private static final int MAX_INFLATION = 1032;

  private static final int[][] ADAM7 = {
    // first column, first row, column step, row step
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  private final byte[] bytes;
  private final PngHeader header;
  private final Deadline deadline;
  private final Iterator<PngHeader.Part> parts;
  private final PngPixels pixels;

  private PngDecoder(byte[] bytes, PngHeader header, Deadline deadline) {
    this.bytes = bytes;
    this.header = header;
    this.deadline = deadline;
    this.parts = header.data.iterator();
    this.pixels = new PngPixels(header);
  }

  static RgbImage decode(byte[] bytes, PngHeader header, Deadline deadline)
      throws BadImageException {
    requireEnough(header);
    header.requirePalette();
    RgbImage image = RgbImage.blank(header.width, header.height);
    Inflater inflater = new Inflater();
    try {
      new PngDecoder(bytes, header, deadline).decode(inflater, image);
    } catch (DataFormatException e) {
      throw BadImageException.corrupt("its PNG pixel data is damaged: %s", e.getMessage());
    } finally {
      inflater.end();
    }
    return image;
  }

  /** Refuses data that cannot hold the promised picture before memory is taken for it. */
  private static void requireEnough(PngHeader header) throws BadImageException {
    long compressed = header.data.stream().mapToLong(PngHeader.Part::length).sum();
    long rowBits = (long) header.width * header.channels() * header.depth;
    long raw = header.height * ((rowBits + 7) / 8);
    if (compressed * MAX_INFLATION < raw) {
      throw ended(header);
    }
  }

  private static BadImageException ended(PngHeader header) {
    return header.ended
        ? BadImageException.corrupt("its PNG pixel data ends before its last row")
        : BadImageException.truncated("it ends before its last PNG row");
  }

  private void decode(Inflater inflater, RgbImage image)
      throws BadImageException, DataFormatException {
    if (header.interlaced) {
      for (int[] pass : ADAM7) {
        pass(inflater, image, pass);
      }
    } else {
      pass(inflater, image, new int[] {0, 0, 1, 1});
    }
  }

  private void pass(Inflater inflater, RgbImage image, int[] pass)
      throws BadImageException, DataFormatException {
    int columns = (header.width - pass[0] + pass[2] - 1) / pass[2];
    int rows = (header.height - pass[1] + pass[3] - 1) / pass[3];
    if (columns <= 0 || rows <= 0) {
      return;
    }
    int bits = header.channels() * header.depth;
    byte[] row = new byte[Math.toIntExact(((long) columns * bits + 7) / 8 + 1)];
    byte[] above = new byte[row.length];
    for (int y = 0; y < rows; y++) {
      if ((y & 15) == 0) {
        deadline.check();
      }
      inflate(inflater, row);
      PngFilter.undo(row, above, Math.max(1, bits / 8));
      int at = 3 * ((pass[1] + y * pass[3]) * header.width + pass[0]);
      pixels.put(row, columns, image.rgb(), at, 3 * pass[2]);
      byte[] swap = above;
      above = row;
      row = swap;
    }
  }

  private void inflate(Inflater inflater, byte[] row)
      throws BadImageException, DataFormatException {
    int filled = 0;
    while (filled < row.length) {
      int made = inflater.inflate(row, filled, row.length - filled);
      filled += made;
      if (made > 0) {
        continue;
      }
      if (inflater.needsInput() && parts.hasNext()) {
        PngHeader.Part part = parts.next();
        inflater.setInput(bytes, part.offset(), part.length());
      } else if (inflater.needsDictionary()) {
        throw BadImageException.corrupt("its PNG pixel data asks for a dictionary");
      } else if (inflater.finished()) {
        throw BadImageException.corrupt("its PNG pixel data ends before its last row");
      } else {
        throw ended(header);
      }
    }
  }
}
