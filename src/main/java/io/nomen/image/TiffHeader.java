package io.nomen.image;

/** The first directory of a TIFF (TIFF 6.0, section 2): size, orientation, where the pixels are. */
final class TiffHeader {
  private static final int WIDTH = 256;
  private static final int HEIGHT = 257;
  private static final int BITS = 258;
  private static final int PHOTOMETRIC = 262;
  private static final int STRIP_OFFSETS = 273;
  private static final int SAMPLES = 277;
  private static final int STRIP_LENGTHS = 279;
  private static final int TILE_OFFSETS = 324;
  private static final int TILE_LENGTHS = 325;
  private static final int CIE_LAB = 8;

  private final byte[] bytes;
  private final boolean little;
  private final int directory;
  private final int entries;

  TiffHeader(byte[] bytes) throws BadImageException {
    this.bytes = bytes;
    this.little = bytes[0] == 'I';
    if (bytes.length < 8 || u32(4) + 2 > bytes.length) {
      throw BadImageException.truncated("it ends before its TIFF directory");
    }
    if (u32(4) < 8) {
      throw BadImageException.corrupt("its TIFF directory stands at %d", u32(4));
    }
    this.directory = (int) u32(4);
    this.entries = u16(directory);
    if (directory + 2 + 12L * entries > bytes.length) {
      throw BadImageException.truncated("it ends within its TIFF directory");
    }
  }

  Facts facts() throws BadImageException {
    long width = value(WIDTH, 0, 0);
    long height = value(HEIGHT, 0, 0);
    if (width < 1 || height < 1 || width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
      throw BadImageException.corrupt("its TIFF directory says %d x %d", width, height);
    }
    return new Facts(
        "tiff", (int) width, (int) height, ExifOrientation.read(bytes, 0, bytes.length));
  }

  /** Whether its pixels are L*, a* and b* of 8 bits. */
  boolean isLabOfBytes() {
    return value(PHOTOMETRIC, 0, -1) == CIE_LAB && bitsPerPixel() == 24;
  }

  /** Bits of one pixel, by the first sample's. */
  long bitsPerPixel() {
    return value(BITS, 0, 1) * Math.max(1, value(SAMPLES, 0, 1));
  }

  /** Fails where a strip or a tile leaves the file. */
  void requireWhole() throws BadImageException {
    requireWhole(STRIP_OFFSETS, STRIP_LENGTHS);
    requireWhole(TILE_OFFSETS, TILE_LENGTHS);
  }

  private void requireWhole(int offsets, int lengths) throws BadImageException {
    int at = entry(offsets);
    if (at < 0) {
      return;
    }
    long count = u32(at + 4);
    for (long i = 0; i < count; i++) {
      long offset = value(offsets, i, -1);
      long length = value(lengths, i, 0);
      if (offset < 0 || offset + length > bytes.length) {
        throw BadImageException.truncated(
            "it has %d bytes; a part of its TIFF picture ends at %d",
            bytes.length, offset + length);
      }
    }
  }

  /** The {@code index}-th number of a tag, or {@code otherwise} where it is missing. */
  private long value(int tag, long index, long otherwise) {
    int at = entry(tag);
    if (at < 0) {
      return otherwise;
    }
    int type = u16(at + 2);
    long count = u32(at + 4);
    int size = type == 3 ? 2 : type == 4 ? 4 : 0;
    if (size == 0 || index >= count) {
      return otherwise;
    }
    long place = (count * size <= 4 ? at + 8 : u32(at + 8)) + index * size;
    if (place + size > bytes.length) {
      return otherwise;
    }
    return size == 2 ? u16((int) place) : u32((int) place);
  }

  private int entry(int tag) {
    for (int i = 0; i < entries; i++) {
      int at = directory + 2 + 12 * i;
      if (u16(at) == tag) {
        return at;
      }
    }
    return -1;
  }

  private int u16(int at) {
    return little ? Bytes.u16Little(bytes, at) : Bytes.u16(bytes, at);
  }

  private long u32(int at) {
    return little ? Bytes.u32Little(bytes, at) : Bytes.u32(bytes, at);
  }
}
