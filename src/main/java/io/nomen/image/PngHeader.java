package io.nomen.image;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;

/**
 * The chunks of a PNG (W3C PNG, third edition) that its first picture needs: header, palette, where
 * the pixel data stands, and EXIF. Text and profiles are passed by unread, so nothing in them can
 * inflate. Checksums of what is used are checked, as Pillow does.
 */
final class PngHeader {
  static final String SIGNATURE = "\u0089PNG\r\n\u001a\n";
  private static final int CHUNK_OVERHEAD = 12;

  int width;
  int height;
  int depth;
  int colourType;
  boolean interlaced;
  byte[] palette = new byte[0];
  int orientation = ExifOrientation.UPRIGHT;
  boolean ended;

  /** A run of compressed pixel data. */
  record Part(int offset, int length) {}

  final List<Part> data = new ArrayList<>();

  private PngHeader() {}

  /** Reads all chunks up to the end of the pixel data. */
  static PngHeader parse(byte[] bytes) throws BadImageException {
    PngHeader header = new PngHeader();
    int at = SIGNATURE.length();
    boolean first = true;
    while (!header.ended && at + CHUNK_OVERHEAD <= bytes.length) {
      long length = Bytes.u32(bytes, at);
      String type = Bytes.ascii(bytes, at + 4, 4);
      if (first && !type.equals("IHDR")) {
        throw BadImageException.corrupt("its first PNG chunk is not a header");
      }
      int content = at + 8;
      int there = (int) Math.min(length, bytes.length - content);
      boolean whole = there == length && content + there + 4 <= bytes.length;
      if (!header.data.isEmpty() && !type.equals("IDAT")) {
        header.ended = true;
        return header;
      }
      header.take(bytes, type, content, there, whole);
      first = false;
      if (!whole) {
        return header;
      }
      at = content + there + 4;
    }
    if (first) {
      throw BadImageException.truncated("it ends within its PNG header");
    }
    return header;
  }

  private void take(byte[] bytes, String type, int at, int length, boolean whole)
      throws BadImageException {
    switch (type) {
      case "IHDR" -> {
        if (!whole || length < 13) {
          throw BadImageException.truncated("it ends within its PNG header");
        }
        requireChecksum(bytes, type, at, length);
        readHeader(bytes, at);
      }
      case "PLTE" -> {
        if (whole) {
          requireChecksum(bytes, type, at, length);
          palette = Arrays.copyOfRange(bytes, at, at + Math.min(768, length));
        }
      }
      case "eXIf" -> orientation = ExifOrientation.read(bytes, at, at + length);
      case "IDAT" -> {
        if (whole) {
          requireChecksum(bytes, type, at, length);
        }
        data.add(new Part(at, length));
      }
      case "IEND" -> ended = true;
      default -> {
        // Ancillary: neither read nor inflated.
      }
    }
  }

  private void readHeader(byte[] bytes, int at) throws BadImageException {
    long wide = Bytes.u32(bytes, at);
    long high = Bytes.u32(bytes, at + 4);
    depth = Bytes.u8(bytes, at + 8);
    colourType = Bytes.u8(bytes, at + 9);
    interlaced = Bytes.u8(bytes, at + 12) == 1;
    boolean knownDepth =
        switch (colourType) {
          case 0 -> depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
          case 3 -> depth == 1 || depth == 2 || depth == 4 || depth == 8;
          case 2, 4, 6 -> depth == 8 || depth == 16;
          default -> false;
        };
    if (!knownDepth || Bytes.u8(bytes, at + 10) != 0 || Bytes.u8(bytes, at + 12) > 1) {
      throw BadImageException.corrupt(
          "its PNG header has colour type %d, depth %d", colourType, depth);
    }
    if (wide == 0 || high == 0 || wide > Integer.MAX_VALUE || high > Integer.MAX_VALUE) {
      throw BadImageException.corrupt("its PNG header says %d x %d", wide, high);
    }
    width = (int) wide;
    height = (int) high;
  }

  private static void requireChecksum(byte[] bytes, String type, int at, int length)
      throws BadImageException {
    CRC32 crc = new CRC32();
    crc.update(bytes, at - 4, length + 4);
    if (crc.getValue() != Bytes.u32(bytes, at + length)) {
      throw BadImageException.corrupt("the checksum of its PNG chunk %s is wrong", type);
    }
  }

  /** Fails where there is no palette for indices to point into. */
  void requirePalette() throws BadImageException {
    if (colourType == 3 && palette.length < 3) {
      throw BadImageException.corrupt("its PNG palette is missing");
    }
  }

  Facts facts() {
    return new Facts("png", width, height, orientation);
  }

  /** Samples per pixel as stored. */
  int channels() {
    return switch (colourType) {
      case 2 -> 3;
      case 4 -> 2;
      case 6 -> 4;
      default -> 1;
    };
  }
}
