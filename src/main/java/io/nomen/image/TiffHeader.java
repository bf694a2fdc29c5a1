package io.nomen.image;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The first directory of a TIFF (TIFF 6.0, section 2): how its samples are to be understood,
 * orientation, where the pixels are. What TwelveMonkeys' reader would give other than meant, by
 * comparison with Pillow and tifffile over the depths, formats and compressions that these write,
 * is refused.
 */
final class TiffHeader {
  private static final int SUBFILE_TYPE = 254;
  private static final int BITS = 258;
  private static final int COMPRESSION = 259;
  private static final int PHOTOMETRIC = 262;
  private static final int STRIP_OFFSETS = 273;
  private static final int SAMPLES = 277;
  private static final int STRIP_LENGTHS = 279;
  private static final int TILE_WIDTH = 322;
  private static final int TILE_LENGTH = 323;
  private static final int TILE_OFFSETS = 324;
  private static final int TILE_LENGTHS = 325;
  private static final int SUB_DIRECTORIES = 330;
  private static final int EXTRA_SAMPLES = 338;
  private static final int SAMPLE_FORMAT = 339;
  private static final int XMP = 700;
  private static final int DNG_VERSION = 50706;

  private static final int WHITE_IS_ZERO = 0;
  private static final int BLACK_IS_ZERO = 1;
  private static final int RGB = 2;
  private static final int PALETTE = 3;
  private static final int INKS = 5;
  private static final int YCBCR = 6;

  private static final int UNSIGNED = 1;
  private static final int FLOAT = 3;
  private static final int UNDEFINED = 4;

  private static final int OLD_JPEG = 6;
  private static final int JPEG = 7;
  private static final Set<Long> COMPRESSIONS =
      Set.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 32771L, 32773L, 32909L, 32946L);
  private static final Map<Long, String> OTHER_COMPRESSIONS =
      Map.of(
          34712L, "JPEG 2000",
          34887L, "LERC",
          34925L, "LZMA",
          34933L, "PNG",
          34934L, "JPEG XR",
          50000L, "Zstandard",
          50001L, "WebP",
          50002L, "JPEG XL");

  private final byte[] bytes;
  private final boolean little;

  /** Offset of the first entry of each tag. */
  private final Map<Integer, Integer> entries = new HashMap<>();

  TiffHeader(byte[] bytes) throws BadImageException {
    this.bytes = bytes;
    this.little = bytes[0] == 'I';
    if (bytes.length < 8 || u32(4) + 2 > bytes.length) {
      throw BadImageException.truncated("it ends before its TIFF directory");
    }
    if (u32(4) < 8) {
      throw BadImageException.corrupt("its TIFF directory stands at %d", u32(4));
    }
    int directory = (int) u32(4);
    int count = u16(directory);
    if (directory + 2 + 12L * count > bytes.length) {
      throw BadImageException.truncated("it ends within its TIFF directory");
    }
    for (int i = 0; i < count; i++) {
      int at = directory + 2 + 12 * i;
      entries.putIfAbsent(u16(at), at);
    }
  }

  int orientation() {
    int xmp = ExifOrientation.NONE;
    Integer at = entries.get(XMP);
    if (at != null && u32(at + 4) > 4) {
      long start = Math.min(u32(at + 8), bytes.length);
      long end = Math.min(start + u32(at + 4), bytes.length);
      xmp = ExifOrientation.ofXmp(bytes, (int) start, (int) end);
    }
    return ExifOrientation.first(ExifOrientation.read(bytes, 0, bytes.length), xmp);
  }

  /** Bits of a sample. */
  int bits() {
    return (int) value(BITS, 0, 1);
  }

  private int samples() {
    return (int) Math.max(1, Math.min(Short.MAX_VALUE, value(SAMPLES, 0, 1)));
  }

  /** Bits of one pixel. */
  long bitsPerPixel() {
    return (long) bits() * samples();
  }

  boolean isFloat() {
    return value(SAMPLE_FORMAT, 0, UNSIGNED) == FLOAT;
  }

  boolean isGrey() {
    return photometric() == WHITE_IS_ZERO || photometric() == BLACK_IS_ZERO;
  }

  /** Whether colours are multiplied by the alpha behind them. */
  boolean isPremultiplied() {
    return value(EXTRA_SAMPLES, 0, 0) == 1 && samples() > (isGrey() ? 1 : 3);
  }

  boolean zeroIsWhite() {
    return photometric() == WHITE_IS_ZERO;
  }

  private int photometric() {
    return (int) value(PHOTOMETRIC, 0, -1);
  }

  /** Fails where the picture is of a kind that would not come out as it is meant. */
  void requireRead() throws BadImageException {
    boolean reduced = (value(SUBFILE_TYPE, 0, 0) & 1) == 1 && entries.containsKey(SUB_DIRECTORIES);
    if (reduced || entries.containsKey(DNG_VERSION)) {
      throw BadImageException.unsupported(
          "a camera's raw picture, whose TIFF begins with a small copy of it; %s",
          ImageFormat.CAMERA_RAW.advice());
    }
    long compression = value(COMPRESSION, 0, 1);
    if (!COMPRESSIONS.contains(compression)) {
      throw BadImageException.unsupported(
          "a TIFF with %s compression",
          OTHER_COMPRESSIONS.getOrDefault(compression, "the unknown " + compression));
    }
    for (int i = 1; i < samples(); i++) {
      if (value(BITS, i, bits()) != bits()) {
        throw BadImageException.unsupported("a TIFF with samples of different depths");
      }
    }
    long format = value(SAMPLE_FORMAT, 0, UNSIGNED);
    if (!isReadAs(format)) {
      throw BadImageException.unsupported(
          "a TIFF of %d-bit samples of format %d with photometric interpretation %d",
          bits(), format, photometric());
    }
  }

  private boolean isReadAs(long format) {
    int bits = bits();
    if (format == FLOAT) {
      return (isGrey() || photometric() == RGB) && (bits == 16 || bits == 32 || bits == 64);
    }
    if (format != UNSIGNED && format != UNDEFINED) {
      return false;
    }
    boolean whole = bits == 8 || bits == 16;
    boolean odd = bits == 10 || bits == 12 || bits == 14;
    boolean wide = bits == 32 || (odd && samples() == (isGrey() ? 1 : 3));
    return switch (photometric()) {
      case WHITE_IS_ZERO, BLACK_IS_ZERO ->
          whole || wide || bits == 1 || bits == 2 || bits == 4 || bits == 6;
      case RGB -> whole || wide || bits == 2;
      case PALETTE -> whole || bits == 1 || bits == 2 || bits == 4;
      case INKS -> whole;
      case YCBCR -> bits == 8;
      default -> false;
    };
  }

  /**
   * Fails where a strip or a tile leaves the file, or a JPEG in one promises more pixels than the
   * whole picture has room for.
   *
   * @param pixels of the picture
   */
  void requireWhole(long pixels) throws BadImageException {
    requireTiles(pixels);
    requireWhole(STRIP_OFFSETS, STRIP_LENGTHS, pixels);
    requireWhole(TILE_OFFSETS, TILE_LENGTHS, pixels);
  }

  /** The reader takes memory for a tile as large as the header says, in a file of strips too. */
  private void requireTiles(long pixels) throws BadImageException {
    long width = value(TILE_WIDTH, 0, 1);
    long length = value(TILE_LENGTH, 0, 1);
    if (width < 1 || length < 1 || width > roomFor(pixels) / length) {
      throw BadImageException.corrupt(
          "a tile of %d x %d lies in a TIFF picture of %d pixels", width, length, pixels);
    }
  }

  /** Tiles at the edge are larger than what they show, and never smaller than 16 x 16. */
  private static long roomFor(long pixels) {
    return 4 * pixels + (1 << 20);
  }

  private void requireWhole(int offsets, int lengths, long pixels) throws BadImageException {
    Integer at = entries.get(offsets);
    if (at == null) {
      return;
    }
    long compression = value(COMPRESSION, 0, 1);
    long count = u32(at + 4);
    for (long i = 0; i < count; i++) {
      long offset = value(offsets, i, -1);
      long length = value(lengths, i, 0);
      if (offset < 0 || offset + length > bytes.length) {
        throw BadImageException.truncated(
            "it has %d bytes; a part of its TIFF picture ends at %d",
            bytes.length, offset + length);
      }
      if (compression == JPEG || compression == OLD_JPEG) {
        requireSmall((int) offset, (int) (offset + length), pixels);
      }
    }
  }

  private void requireSmall(int start, int end, long pixels) throws BadImageException {
    for (int at = start + 2; at + 9 < end; ) {
      int marker = Bytes.u8(bytes, at + 1);
      if (bytes[at] != (byte) 0xff || marker == JpegMarkers.SCAN) {
        return;
      }
      if (JpegMarkers.isFrame(marker)) {
        long promised = (long) Bytes.u16(bytes, at + 5) * Bytes.u16(bytes, at + 7);
        if (promised > roomFor(pixels)) {
          throw BadImageException.corrupt(
              "a JPEG of %d pixels lies in a TIFF picture of %d", promised, pixels);
        }
        return;
      }
      at += 2 + Bytes.u16(bytes, at + 2);
    }
  }

  /** The {@code index}-th number of a tag, or {@code otherwise} where it is missing. */
  private long value(int tag, long index, long otherwise) {
    Integer at = entries.get(tag);
    if (at == null) {
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

  private int u16(int at) {
    return little ? Bytes.u16Little(bytes, at) : Bytes.u16(bytes, at);
  }

  private long u32(int at) {
    return little ? Bytes.u32Little(bytes, at) : Bytes.u32(bytes, at);
  }
}
