package io.nomen.image;

/**
 * The blocks of a GIF (GIF89a specification) up to its first picture: canvas, the picture's place,
 * and whether its data has an end.
 */
final class GifHeader {
  private static final int EXTENSION = 0x21;
  private static final int GRAPHIC_CONTROL = 0xF9;
  private static final int IMAGE = 0x2C;
  private static final int TRAILER = 0x3B;

  private final byte[] bytes;
  private int at = 13;
  private int background;
  private int left;
  private int top;

  private GifHeader(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The canvas. */
  static Facts peek(byte[] bytes) throws BadImageException {
    if (bytes.length < 13) {
      throw BadImageException.truncated("it ends within its GIF header");
    }
    int width = Bytes.u16Little(bytes, 6);
    int height = Bytes.u16Little(bytes, 8);
    if (width == 0 || height == 0) {
      throw BadImageException.corrupt("its GIF canvas is %d x %d", width, height);
    }
    return new Facts("gif", width, height, ExifOrientation.UPRIGHT);
  }

  /** Walks to the end of the first picture; fails where it is missing, cut or off its canvas. */
  static GifHeader parse(byte[] bytes, Facts canvas) throws BadImageException {
    GifHeader header = new GifHeader(bytes);
    header.skipPalette(Bytes.u8(bytes, 10));
    while (true) {
      header.require(1);
      int block = Bytes.u8(bytes, header.at++);
      if (block == IMAGE) {
        header.picture(canvas);
        return header;
      }
      if (block == EXTENSION) {
        header.extension();
      } else if (block == TRAILER) {
        throw BadImageException.corrupt("its GIF holds no picture");
      } else if (block != 0) {
        throw BadImageException.corrupt("its GIF has an unknown block 0x%02x", block);
      }
    }
  }

  private void skipPalette(int packed) {
    at += (packed & 0x80) == 0 ? 0 : 3 * (2 << (packed & 7));
  }

  private void require(int count) throws BadImageException {
    if (at + count > bytes.length) {
      throw BadImageException.truncated("it ends before its first GIF picture does");
    }
  }

  private void extension() throws BadImageException {
    require(7);
    if (Bytes.u8(bytes, at) == GRAPHIC_CONTROL && (Bytes.u8(bytes, at + 2) & 1) == 1) {
      // Around the picture, Pillow's canvas has its transparent colour.
      background = Bytes.u8(bytes, at + 5);
    }
    at++;
    skipSubBlocks();
  }

  private void skipSubBlocks() throws BadImageException {
    int length = 1;
    while (length > 0) {
      require(1);
      length = Bytes.u8(bytes, at++);
      require(length);
      at += length;
    }
  }

  private void picture(Facts canvas) throws BadImageException {
    require(10);
    left = Bytes.u16Little(bytes, at);
    top = Bytes.u16Little(bytes, at + 2);
    int width = Bytes.u16Little(bytes, at + 4);
    int height = Bytes.u16Little(bytes, at + 6);
    if (width == 0 || height == 0) {
      throw BadImageException.corrupt("its first GIF picture is %d x %d", width, height);
    }
    if (left + width > canvas.width() || top + height > canvas.height()) {
      throw BadImageException.corrupt(
          "its first GIF picture, %d x %d at %d, %d, leaves its canvas", width, height, left, top);
    }
    int packed = Bytes.u8(bytes, at + 8);
    at += 9;
    skipPalette(packed);
    at++;
    skipSubBlocks();
  }

  int left() {
    return left;
  }

  int top() {
    return top;
  }

  /** Palette index of what the first picture leaves open on its canvas. */
  int background() {
    return background;
  }
}
