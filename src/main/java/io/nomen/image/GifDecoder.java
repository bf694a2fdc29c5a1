package io.nomen.image;

import java.util.Arrays;

/**
 * Decodes the first picture of a GIF (GIF89a specification) on its canvas, to RGB with transparency
 * dropped, as Pillow does.
 */
final class GifDecoder {
  private static final int EXTENSION = 0x21;
  private static final int GRAPHIC_CONTROL = 0xF9;
  private static final int IMAGE = 0x2C;
  private static final int TRAILER = 0x3B;

  private final byte[] bytes;
  private int at = 13;
  private int background;

  private GifDecoder(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The size of the canvas. */
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

  static RgbImage decode(byte[] bytes, Facts facts, Deadline deadline) throws BadImageException {
    return new GifDecoder(bytes).decode(facts, deadline);
  }

  private RgbImage decode(Facts facts, Deadline deadline) throws BadImageException {
    int globalPalette = at;
    int globalColours = colours(Bytes.u8(bytes, 10));
    at += 3 * globalColours;
    while (true) {
      deadline.check();
      require(1);
      int block = Bytes.u8(bytes, at++);
      if (block == IMAGE) {
        return picture(facts, globalPalette, globalColours, deadline);
      }
      if (block == EXTENSION) {
        extension();
      } else if (block == TRAILER) {
        throw BadImageException.corrupt("its GIF holds no picture");
      } else if (block != 0) {
        throw BadImageException.corrupt("its GIF has an unknown block 0x%02x", block);
      }
    }
  }

  private static int colours(int packed) {
    return (packed & 0x80) == 0 ? 0 : 2 << (packed & 7);
  }

  private void require(int count) throws BadImageException {
    if (at + count > bytes.length) {
      throw BadImageException.truncated("it ends before its first GIF picture does");
    }
  }

  private void extension() throws BadImageException {
    require(2);
    boolean control = Bytes.u8(bytes, at) == GRAPHIC_CONTROL && Bytes.u8(bytes, at + 1) == 4;
    at++;
    if (control) {
      require(6);
      // Pixels outside the picture show its transparent colour, as in Pillow.
      background = (bytes[at + 1] & 1) == 1 ? Bytes.u8(bytes, at + 4) : 0;
    }
    skipSubBlocks();
  }

  private void skipSubBlocks() throws BadImageException {
    while (true) {
      require(1);
      int length = Bytes.u8(bytes, at++);
      if (length == 0) {
        return;
      }
      require(length);
      at += length;
    }
  }

  private RgbImage picture(Facts facts, int globalPalette, int globalColours, Deadline deadline)
      throws BadImageException {
    require(10);
    int left = Bytes.u16Little(bytes, at);
    int top = Bytes.u16Little(bytes, at + 2);
    int width = Bytes.u16Little(bytes, at + 4);
    int height = Bytes.u16Little(bytes, at + 6);
    int packed = Bytes.u8(bytes, at + 8);
    if (width == 0 || height == 0) {
      throw BadImageException.corrupt("its first GIF picture is %d x %d", width, height);
    }
    if (left + width > facts.width() || top + height > facts.height()) {
      throw BadImageException.corrupt(
          "its first GIF picture, %d x %d at %d, %d, leaves its canvas", width, height, left, top);
    }
    at += 9;
    int local = colours(packed);
    int palette = local > 0 ? at : globalPalette;
    int entries = local > 0 ? local : globalColours;
    if (entries == 0 || palette + 3 * entries > bytes.length) {
      throw BadImageException.corrupt("its GIF palette is missing");
    }
    at += 3 * local;
    require(1);
    int codeBits = Bytes.u8(bytes, at++);
    byte[] indices = new GifLzw(bytes, at, codeBits).decode(width * height, deadline);
    byte[] colours = Arrays.copyOf(Arrays.copyOfRange(bytes, palette, palette + 3 * entries), 768);
    RgbImage image = RgbImage.blank(facts.width(), facts.height());
    fill(image, colours);
    boolean interlaced = (packed & 0x40) != 0;
    for (int row = 0; row < height; row++) {
      int y = top + (interlaced ? interlaced(row, height) : row);
      int to = 3 * (y * image.width() + left);
      for (int x = 0; x < width; x++) {
        int entry = 3 * (indices[row * width + x] & 0xff);
        image.rgb()[to++] = colours[entry];
        image.rgb()[to++] = colours[entry + 1];
        image.rgb()[to++] = colours[entry + 2];
      }
    }
    return image;
  }

  private void fill(RgbImage image, byte[] colours) {
    for (int i = 0; i < image.rgb().length; i++) {
      image.rgb()[i] = colours[3 * background + i % 3];
    }
  }

  /** Where the {@code row}-th stored row of an interlaced picture stands: GIF89a, appendix E. */
  private static int interlaced(int row, int height) {
    int eighths = (height + 7) / 8;
    int fourths = (height + 3) / 8;
    int halves = (height + 1) / 4;
    if (row < eighths) {
      return 8 * row;
    }
    if (row < eighths + fourths) {
      return 8 * (row - eighths) + 4;
    }
    if (row < eighths + fourths + halves) {
      return 4 * (row - eighths - fourths) + 2;
    }
    return 2 * (row - eighths - fourths - halves) + 1;
  }
}
