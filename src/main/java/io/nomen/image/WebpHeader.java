package io.nomen.image;

import java.util.OptionalInt;

/** The chunks of a WebP (RFC 9649) around its first picture. */
final class WebpHeader {
  private static final int FIRST_CHUNK = 12;

  /** Bytes of a frame's own header, before its chunks. */
  private static final int ANIMATION_FRAME = 16;

  private WebpHeader() {}

  static void requireWhole(byte[] bytes) throws BadImageException {
    long promised = Bytes.u32Little(bytes, 4) + 8;
    if (promised > bytes.length) {
      throw BadImageException.truncated(
          "it has %d bytes; its WebP header says %d", bytes.length, promised);
    }
  }

  static int orientation(byte[] bytes) {
    int exif = ExifOrientation.NONE;
    int xmp = ExifOrientation.NONE;
    OptionalInt chunk = chunk(bytes, FIRST_CHUNK, "EXIF");
    if (chunk.isPresent()) {
      int content = chunk.getAsInt();
      int start = Bytes.startsWith(bytes, content, "Exif\0\0") ? content + 6 : content;
      exif = ExifOrientation.read(bytes, start, content + length(bytes, content));
    }
    chunk = chunk(bytes, FIRST_CHUNK, "XMP ");
    if (chunk.isPresent()) {
      int content = chunk.getAsInt();
      xmp = ExifOrientation.ofXmp(bytes, content, content + length(bytes, content));
    }
    return ExifOrientation.first(exif, xmp);
  }

  /**
   * The first picture alone: without alpha, which is dropped anyway, without profile, and out of an
   * animation, none of which libwebp's plain decoder would read.
   */
  static byte[] withoutMetadata(byte[] bytes) throws BadImageException {
    int from =
        chunk(bytes, FIRST_CHUNK, "ANMF").orElse(FIRST_CHUNK - ANIMATION_FRAME) + ANIMATION_FRAME;
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

  /**
   * Where the first picture of an animation lies on its canvas.
   *
   * @param width pixels per row of the canvas
   * @param left offset of the picture's first column
   */
  record Canvas(int width, int height, int left, int top) {

    /** The picture on the canvas, which is black where nothing was drawn. */
    RgbImage with(RgbImage part) throws BadImageException {
      if (left + part.width() > width || top + part.height() > height) {
        throw BadImageException.corrupt(
            "its first WebP picture, %d x %d at %d, %d, leaves its canvas of %d x %d",
            part.width(), part.height(), left, top, width, height);
      }
      if (part.width() == width && part.height() == height) {
        return part;
      }
      RgbImage canvas = RgbImage.blank(width, height);
      canvas.put(part, left, top);
      return canvas;
    }
  }

  static boolean isAnimation(byte[] bytes) {
    return Bytes.startsWith(bytes, FIRST_CHUNK, "VP8X")
        && chunk(bytes, FIRST_CHUNK, "ANMF").isPresent();
  }

  /** The canvas of an animation. */
  static Canvas canvas(byte[] bytes) throws BadImageException {
    int frame = chunk(bytes, FIRST_CHUNK, "ANMF").orElseThrow();
    if (frame + ANIMATION_FRAME > bytes.length) {
      throw BadImageException.truncated("it ends within its first WebP frame");
    }
    return new Canvas(
        1 + u24(bytes, 24), 1 + u24(bytes, 27), 2 * u24(bytes, frame), 2 * u24(bytes, frame + 3));
  }

  private static int u24(byte[] bytes, int at) {
    return Bytes.u16Little(bytes, at) | Bytes.u8(bytes, at + 2) << 16;
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
