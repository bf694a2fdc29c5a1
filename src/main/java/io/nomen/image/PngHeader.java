package io.nomen.image;

import io.nomen.image.Decoded.ImageInfo;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The chunks of a PNG (W3C PNG, third edition) that its first picture needs: header, palette, pixel
 * data, and the orientation. Of texts that are compressed only the beginning of an EXIF profile is
 * inflated, so nothing in them can grow. Checksums of what is used are checked, as Pillow does.
 */
final class PngHeader {
  static final String SIGNATURE = "\u0089PNG\r\n\u001a\n";
  private static final int CHUNK_OVERHEAD = 12;

  /** Deflate makes at most 1032 bytes of one: its longest match in its shortest code (RFC 1951). */
  private static final int MAX_INFLATION = 1032;

  private static final String XMP = "XML:com.adobe.xmp\0\0";
  private static final String RAW_PROFILE = "Raw profile type exif\0";
  private static final String EXIF = "Exif\0\0";
  private static final String EXIF_IN_HEX = "457869660000";

  /** The orientation stands in the first directory, which cameras put first. */
  private static final int MAX_PROFILE_TEXT = 1 << 14;

  private static final byte[] END = {
    0, 0, 0, 0, 'I', 'E', 'N', 'D', (byte) 0xae, 0x42, 0x60, (byte) 0x82
  };

  private final byte[] bytes;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private int width;
  private int height;
  private int depth;
  private int colourType;
  private int exifOrientation = ExifOrientation.NONE;
  private int xmpOrientation = ExifOrientation.NONE;
  private boolean palette;
  private long dataBytes;

  /** Whether the pixel data has an end. */
  private boolean dataEnded;

  private boolean ended;

  private PngHeader(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Reads all chunks; what stands behind the pixel data may say the orientation. */
  static PngHeader parse(byte[] bytes) throws BadImageException {
    PngHeader header = new PngHeader(bytes);
    header.kept.write(bytes, 0, SIGNATURE.length());
    int at = SIGNATURE.length();
    while (!header.ended && at + CHUNK_OVERHEAD <= bytes.length) {
      long length = Bytes.u32(bytes, at);
      String type = Bytes.ascii(bytes, at + 4, 4);
      if (header.width == 0 && !type.equals("IHDR")) {
        throw BadImageException.corrupt("its first PNG chunk is not a header");
      }
      if (length > bytes.length - at - CHUNK_OVERHEAD) {
        break;
      }
      header.take(type, at, (int) length);
      at += CHUNK_OVERHEAD + (int) length;
    }
    if (header.width == 0) {
      throw BadImageException.truncated("it ends within its PNG header");
    }
    return header;
  }

  private void take(String type, int chunk, int length) throws BadImageException {
    int content = chunk + 8;
    switch (type) {
      case "IHDR" -> {
        requireChecksum(type, content, length);
        readHeader(content, length);
        keep(chunk, length);
      }
      case "PLTE" -> {
        requireChecksum(type, content, length);
        palette = length >= 3;
        keep(chunk, length);
      }
      case "IDAT" -> {
        if (!dataEnded) {
          requireChecksum(type, content, length);
          dataBytes += length;
          keep(chunk, length);
        }
      }
      case "eXIf" -> exifOrientation = ExifOrientation.read(bytes, content, content + length);
      case "iTXt", "tEXt", "zTXt" -> readText(type, content, content + length);
      case "IEND" -> ended = true;
      default -> {}
    }
    dataEnded |= ended || (dataBytes > 0 && !type.equals("IDAT"));
  }

  /** XMP, and where programs kept EXIF before PNG had a chunk for it: as hexadecimal text. */
  private void readText(String type, int at, int end) {
    if (type.equals("iTXt") && Bytes.startsWith(bytes, at, XMP)) {
      xmpOrientation = ExifOrientation.ofXmp(bytes, at, end);
    } else if (!type.equals("iTXt") && Bytes.startsWith(bytes, at, RAW_PROFILE)) {
      int start = at + RAW_PROFILE.length();
      byte[] text = Arrays.copyOfRange(bytes, start, Math.min(end, start + MAX_PROFILE_TEXT));
      byte[] exif = exif(type.equals("zTXt") ? inflated(text) : text);
      exifOrientation =
          exifOrientation == ExifOrientation.NONE
              ? ExifOrientation.read(exif, EXIF.length(), exif.length)
              : exifOrientation;
    }
  }

  /** The beginning of what is compressed in a text, behind the byte of its method. */
  private static byte[] inflated(byte[] text) {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(text, 1, Math.max(0, text.length - 1));
      byte[] begin = new byte[MAX_PROFILE_TEXT];
      return Arrays.copyOf(begin, inflater.inflate(begin));
    } catch (DataFormatException e) {
      return new byte[0];
    } finally {
      inflater.end();
    }
  }

  /** The bytes that a raw profile's text spells, from {@code Exif} on. */
  private static byte[] exif(byte[] text) {
    ByteArrayOutputStream spelled = new ByteArrayOutputStream();
    int at = Bytes.indexOf(text, EXIF_IN_HEX);
    int high = -1;
    for (; at >= 0 && at < text.length; at++) {
      int digit = Character.digit(text[at], 16);
      if (digit >= 0 && high >= 0) {
        spelled.write(high << 4 | digit);
        high = -1;
      } else if (digit >= 0) {
        high = digit;
      }
    }
    return spelled.toByteArray();
  }

  private void keep(int chunk, int length) {
    kept.write(bytes, chunk, length + CHUNK_OVERHEAD);
  }

  private void readHeader(int at, int length) throws BadImageException {
    if (length != 13) {
      throw BadImageException.corrupt("its PNG header has %d bytes", length);
    }
    long wide = Bytes.u32(bytes, at);
    long high = Bytes.u32(bytes, at + 4);
    depth = Bytes.u8(bytes, at + 8);
    colourType = Bytes.u8(bytes, at + 9);
    if (wide == 0 || high == 0 || wide > Integer.MAX_VALUE || high > Integer.MAX_VALUE) {
      throw BadImageException.corrupt("its PNG header says %d x %d", wide, high);
    }
    width = (int) wide;
    height = (int) high;
  }

  private void requireChecksum(String type, int at, int length) throws BadImageException {
    CRC32 crc = new CRC32();
    crc.update(bytes, at - 4, length + 4);
    if (crc.getValue() != Bytes.u32(bytes, at + length)) {
      throw BadImageException.corrupt("the checksum of its PNG chunk %s is wrong", type);
    }
  }

  ImageInfo info() {
    return new ImageInfo(
        "png", width, height, ExifOrientation.first(exifOrientation, xmpOrientation));
  }

  /** Fails where the pixels cannot be all there, before memory is taken for them. */
  void requireWhole() throws BadImageException {
    if (!dataEnded && !dataIsWhole()) {
      throw BadImageException.truncated("it ends before its last PNG row");
    }
    if (colourType == 3 && !palette) {
      throw BadImageException.corrupt("its PNG palette is missing");
    }
    int channels = colourType == 2 ? 3 : colourType == 4 ? 2 : colourType == 6 ? 4 : 1;
    long raw = ((long) width * channels * depth + 7) / 8 * height;
    if (dataBytes * MAX_INFLATION < raw) {
      throw BadImageException.corrupt(
          "its %d bytes of PNG data cannot hold %d x %d pixels", dataBytes, width, height);
    }
  }

  /** Whether what is compressed ends within its data, as where only the last chunk is missing. */
  private boolean dataIsWhole() {
    byte[] chunks = kept.toByteArray();
    byte[] pixels = new byte[1 << 16];
    Inflater inflater = new Inflater();
    try {
      for (int at = SIGNATURE.length(); at < chunks.length && !inflater.finished(); ) {
        int length = (int) Bytes.u32(chunks, at);
        if (Bytes.ascii(chunks, at + 4, 4).equals("IDAT")) {
          inflater.setInput(chunks, at + 8, length);
          while (inflater.inflate(pixels) > 0) {
            // Only whether it ends is asked.
          }
        }
        at += CHUNK_OVERHEAD + length;
      }
      return inflater.finished();
    } catch (DataFormatException e) {
      return false;
    } finally {
      inflater.end();
    }
  }

  /** The same picture with nothing around it that ImageIO could inflate or convert by. */
  byte[] withoutMetadata() {
    kept.writeBytes(END);
    return kept.toByteArray();
  }
}
