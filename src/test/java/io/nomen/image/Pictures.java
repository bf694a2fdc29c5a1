package io.nomen.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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

  /** A RIFF file of the given chunks. */
  static byte[] riff(String kind, byte[]... chunks) {
    byte[] content = concat(kind.getBytes(StandardCharsets.ISO_8859_1), concat(chunks));
    return chunk("RIFF", content);
  }

  /** A chunk of a RIFF file. */
  static byte[] chunk(String type, byte[] content) {
    return concat(
        type.getBytes(StandardCharsets.ISO_8859_1),
        little(content.length),
        content,
        new byte[content.length & 1]);
  }

  /** A little-endian TIFF of one strip. */
  static byte[] tiff(byte[] strip, int... tagsAndShorts) {
    int tags = tagsAndShorts.length / 2 + 2;
    int data = 8 + 2 + 12 * tags + 4;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {'I', 'I', '*', 0, 8, 0, 0, 0, (byte) tags, 0});
    for (int i = 0; i < tagsAndShorts.length; i += 2) {
      out.writeBytes(entry(tagsAndShorts[i], tagsAndShorts[i + 1]));
    }
    out.writeBytes(entry(273, data));
    out.writeBytes(entry(279, strip.length));
    out.writeBytes(new byte[4]);
    out.writeBytes(strip);
    return out.toByteArray();
  }

  private static byte[] entry(int tag, int value) {
    return concat(new byte[] {(byte) tag, (byte) (tag >> 8), 4, 0}, little(1), little(value));
  }

  private static byte[] little(int value) {
    return new byte[] {
      (byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)
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
    return withSegment(jpeg, concat(ascii("Exif\0\0"), exif(orientation)));
  }

  /** A JPEG with an application segment of its own in front of all others. */
  static byte[] withSegment(byte[] jpeg, byte[] content) {
    int length = content.length + 2;
    byte[] start = {
      (byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe1, (byte) (length >> 8), (byte) length
    };
    return concat(start, content, Arrays.copyOfRange(jpeg, 2, jpeg.length));
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** An XMP packet that says {@code orientation}. */
  static String xmp(int orientation) {
    return "<x:xmpmeta><rdf:Description tiff:Orientation=\"%d\"/></x:xmpmeta>"
        .formatted(orientation);
  }

  /** EXIF that says {@code orientation}, as a TIFF structure. */
  static byte[] exif(int orientation) {
    return new byte[] {
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
  }
}
