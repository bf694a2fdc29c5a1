package io.nomen.image;

import io.nomen.image.Decoded.ImageInfo;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;

/**
 * The blocks of a GIF (GIF89a specification) up to its first picture: canvas, the picture's place,
 * and whether its data has an end.
 */
final class GifHeader {
  private static final int EXTENSION = 0x21;
  private static final int GRAPHIC_CONTROL = 0xF9;
  private static final int APPLICATION = 0xFF;
  private static final int IMAGE = 0x2C;
  private static final int TRAILER = 0x3B;

  private final byte[] bytes;
  private int at = 13;
  private int width;
  private int height;
  private int background;
  private int left;
  private int top;
  private int orientation = ExifOrientation.UPRIGHT;

  private GifHeader(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Walks to the end of the first picture; fails where it is missing or cut. */
  static GifHeader parse(byte[] bytes) throws BadImageException {
    GifHeader header = new GifHeader(bytes);
    if (bytes.length < 13) {
      throw BadImageException.truncated("it ends within its GIF header");
    }
    header.width = Bytes.u16Little(bytes, 6);
    header.height = Bytes.u16Little(bytes, 8);
    header.skipPalette(Bytes.u8(bytes, 10));
    while (true) {
      header.require(1);
      int block = Bytes.u8(bytes, header.at++);
      if (block == IMAGE) {
        header.picture();
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
    boolean xmp = Bytes.u8(bytes, at) == APPLICATION && Bytes.startsWith(bytes, at + 2, "XMP Data");
    int start = at;
    at++;
    skipSubBlocks();
    if (xmp) {
      orientation = ExifOrientation.first(ExifOrientation.ofXmp(bytes, start, at), orientation);
    }
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

  private void picture() throws BadImageException {
    require(10);
    left = Bytes.u16Little(bytes, at);
    top = Bytes.u16Little(bytes, at + 2);
    int wide = Bytes.u16Little(bytes, at + 4);
    int high = Bytes.u16Little(bytes, at + 6);
    if (wide == 0 || high == 0) {
      throw BadImageException.corrupt("its first GIF picture is %d x %d", wide, high);
    }
    // Browsers and Pillow enlarge a canvas that its first picture leaves.
    width = Math.max(width, left + wide);
    height = Math.max(height, top + high);
    int packed = Bytes.u8(bytes, at + 8);
    at += 9;
    skipPalette(packed);
    at++;
    skipSubBlocks();
  }

  /** The canvas, as large as its first picture needs it. */
  ImageInfo info() {
    return new ImageInfo("gif", width, height, orientation);
  }

  /** The first picture in its place; around it lies the canvas's background. */
  RgbImage onCanvas(BufferedImage picture, RgbImage part) {
    if (part.width() == width && part.height() == height) {
      return part;
    }
    RgbImage canvas = RgbImage.blank(width, height);
    if (picture.getColorModel() instanceof IndexColorModel palette
        && background < palette.getMapSize()) {
      int colour = palette.getRGB(background);
      for (int i = 0; i < canvas.rgb().length; i += 3) {
        canvas.rgb()[i] = (byte) (colour >> 16);
        canvas.rgb()[i + 1] = (byte) (colour >> 8);
        canvas.rgb()[i + 2] = (byte) colour;
      }
    }
    canvas.put(part, left, top);
    return canvas;
  }
}
