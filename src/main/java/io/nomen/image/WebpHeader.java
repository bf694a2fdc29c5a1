package io.nomen.image;

/** The chunks of a WebP (RFC 9649) that say its size and orientation. */
final class WebpHeader {
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
    long at = 12;
    while (at + 8 <= bytes.length) {
      long length = Bytes.u32Little(bytes, (int) at + 4);
      int content = (int) at + 8;
      if (Bytes.startsWith(bytes, (int) at, "EXIF")) {
        int end = (int) Math.min(bytes.length, content + length);
        int start = Bytes.startsWith(bytes, content, "Exif\0\0") ? content + 6 : content;
        return ExifOrientation.read(bytes, start, end);
      }
      at = content + length + (length & 1);
    }
    return ExifOrientation.UPRIGHT;
  }
}
