package io.nomen.image;

import java.util.OptionalInt;

/** The chunks of a WebP (RFC 9649) that say its size and orientation. */
final class WebpHeader {
  /** Bytes of a frame's own header, before its chunks. */
  private static final int ANIMATION_FRAME = 16;

  private WebpHeader() {}

  static Facts peek(byte[] bytes) throws BadImageException {
    if (bytes.length < 30) {
      throw BadImageException.truncated("it ends within its WebP header");
    }
    String kind = Bytes.ascii(bytes, 12, 4);
    int width;
    int height;
    switch (kind) {
      case "VP8X" -> {
        width = 1 + (Bytes.i32Little(bytes, 24) & 0xffffff);
        height = 1 + (Bytes.i32Little(bytes, 26) >>> 8);
      }
      case "VP8L" -> {
        int packed = Bytes.i32Little(bytes, 21);
        width = 1 + (packed & 0x3fff);
        height = 1 + (packed >>> 14 & 0x3fff);
      }
      case "VP8 " -> {
        width = Bytes.u16Little(bytes, 26) & 0x3fff;
        height = Bytes.u16Little(bytes, 28) & 0x3fff;
      }
      default -> throw BadImageException.corrupt("its first WebP chunk is \"%s\"", kind);
    }
    if (width == 0 || height == 0) {
      throw BadImageException.corrupt("its WebP header says %d x %d", width, height);
    }
    return new Facts("webp", width, height, kind.equals("VP8X") ? orientation(bytes) : 1);
  }

  static void requireWhole(byte[] bytes) throws BadImageException {
    long promised = Bytes.u32Little(bytes, 4) + 8;
    if (promised > bytes.length) {
      throw BadImageException.truncated(
          "it has %d bytes; its WebP header says %d", bytes.length, promised);
    }
  }

  private static int orientation(byte[] bytes) {
    OptionalInt chunk = chunk(bytes, 12, "EXIF");
    if (chunk.isEmpty()) {
      return ExifOrientation.UPRIGHT;
    }
    int content = chunk.getAsInt();
    int end = content + length(bytes, content);
    int start = Bytes.startsWith(bytes, content, "Exif\0\0") ? content + 6 : content;
    return ExifOrientation.read(bytes, start, end);
  }

  /**
   * The first picture alone: without alpha, which is dropped anyway, without profile, and out of an
   * animation, none of which libwebp's plain decoder would read.
   */
  static byte[] bare(byte[] bytes) throws BadImageException {
    int from = chunk(bytes, 12, "ANMF").orElse(12 - ANIMATION_FRAME) + ANIMATION_FRAME;
    OptionalInt lossy = chunk(bytes, from, "VP8 ");
    OptionalInt lossless = chunk(bytes, from, "VP8L");
    boolean isLossy = lossy.isPresent() && lossy.getAsInt() < lossless.orElse(Integer.MAX_VALUE);
    if (!isLossy && lossless.isEmpty()) {
      throw BadImageException.corrupt("its WebP holds no picture");
    }
    int content = isLossy ? lossy.getAsInt() : lossless.getAsInt();
    int chunk = content - 8;
    int end = content + length(bytes, content);
    int padded = (end - chunk + 1) / 2 * 2;
    byte[] bare = new byte[12 + padded];
    System.arraycopy(bytes, 0, bare, 0, 12);
    System.arraycopy(bytes, chunk, bare, 12, end - chunk);
    for (int i = 0; i < 4; i++) {
      bare[4 + i] = (byte) ((padded + 4) >> (8 * i));
    }
    return bare;
  }

  /** Bytes of the chunk whose content begins at {@code content}, as far as they are there. */
  private static int length(byte[] bytes, int content) {
    return (int) Math.min(Bytes.u32Little(bytes, content - 4), bytes.length - content);
  }

  /** Where the content of the first chunk of a kind begins. */
  private static OptionalInt chunk(byte[] bytes, int from, String kind) {
    long at = from;
    while (at + 8 <= bytes.length) {
      if (Bytes.startsWith(bytes, (int) at, kind)) {
        return OptionalInt.of((int) at + 8);
      }
      long length = Bytes.u32Little(bytes, (int) at + 4);
      at += 8 + length + (length & 1);
    }
    return OptionalInt.empty();
  }
}
