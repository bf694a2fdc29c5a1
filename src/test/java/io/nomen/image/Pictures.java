package io.nomen.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.ImageIO;

/** Small pictures and files that tests make themselves. */
final class Pictures {
  private Pictures() {}

  /** The pattern that the goldens were made from. */
  static RgbImage pattern(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) ((31L * i * i + 7L * i) / 11 % 256);
    }
    return new RgbImage(width, height, rgb);
  }

  /** A soft gradient with a dark corner at the top left: compresses well, shows its orientation. */
  static BufferedImage scene(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int red = 255 * x / width;
        int green = 255 * y / height;
        int blue = 40 + (x * 7 + y * 13) % 60;
        boolean corner = x < width / 4 && y < height / 4;
        image.setRGB(x, y, corner ? 0 : red << 16 | green << 8 | blue);
      }
    }
    return image;
  }

  /** {@link #scene} in a format that the JDK writes: jpg, png, gif, bmp, tif. */
  static byte[] encode(String format, int width, int height) {
    return encode(scene(width, height), format);
  }

  static byte[] encode(BufferedImage image, String format) {
    try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      if (!ImageIO.write(image, format, out)) {
        throw new IllegalStateException("no writer of " + format);
      }
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A PNG of the given chunks, checksums right. */
  static byte[] png(Object... typesAndContents) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(PngHeader.SIGNATURE.getBytes(StandardCharsets.ISO_8859_1));
    for (int i = 0; i < typesAndContents.length; i += 2) {
      byte[] type = ((String) typesAndContents[i]).getBytes(StandardCharsets.ISO_8859_1);
      byte[] content = (byte[]) typesAndContents[i + 1];
      CRC32 crc = new CRC32();
      crc.update(type);
      crc.update(content);
      out.writeBytes(big(content.length));
      out.writeBytes(type);
      out.writeBytes(content);
      out.writeBytes(big((int) crc.getValue()));
    }
    return out.toByteArray();
  }

  static byte[] pngHeader(int width, int height, int depth, int colourType) {
    byte[] header = new byte[13];
    System.arraycopy(big(width), 0, header, 0, 4);
    System.arraycopy(big(height), 0, header, 4, 4);
    header[8] = (byte) depth;
    header[9] = (byte) colourType;
    return header;
  }

  static byte[] deflate(byte[] bytes) {
    Deflater deflater = new Deflater(9);
    deflater.setInput(bytes);
    deflater.finish();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] buffer = new byte[1 << 16];
    while (!deflater.finished()) {
      out.write(buffer, 0, deflater.deflate(buffer));
    }
    deflater.end();
    return out.toByteArray();
  }

  private static byte[] big(int value) {
    return new byte[] {
      (byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value
    };
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /** A JPEG with an EXIF segment that says {@code orientation}. */
  static byte[] oriented(byte[] jpeg, int orientation) {
    byte[] exif = {
      (byte) 0xff,
      (byte) 0xe1,
      0,
      34,
      'E',
      'x',
      'i',
      'f',
      0,
      0,
      'M',
      'M',
      0,
      42,
      0,
      0,
      0,
      8,
      0,
      1,
      0x01,
      0x12,
      0,
      3,
      0,
      0,
      0,
      1,
      0,
      (byte) orientation,
      0,
      0,
      0,
      0,
      0,
      0
    };
    byte[] rest = java.util.Arrays.copyOfRange(jpeg, 2, jpeg.length);
    return concat(new byte[] {(byte) 0xff, (byte) 0xd8}, exif, rest);
  }
}
