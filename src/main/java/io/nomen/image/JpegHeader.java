package io.nomen.image;

import io.nomen.image.Decoded.ImageInfo;
import java.io.ByteArrayOutputStream;

/**
 * What stands before a JPEG's first scan, found by one walk over its segments: the frame, and what
 * JFIF, Adobe and EXIF say about colours and orientation.
 */
final class JpegHeader {
  private static final int NO_ADOBE = -1;
  private static final String XMP = "http://ns.adobe.com/xap/1.0/\0";

  /** JFIF 1.01 without thumbnail: tells the reader that three components are luma and chroma. */
  private static final byte[] JFIF = {
    (byte) 0xff, (byte) 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0
  };

  private final byte[] bytes;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private JpegFrame frame;
  private int scan;
  private boolean jfif;
  private int adobeTransform = NO_ADOBE;
  private int exifOrientation = ExifOrientation.NONE;
  private int xmpOrientation = ExifOrientation.NONE;

  private JpegHeader(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Walks to the first scan. */
  static JpegHeader parse(byte[] bytes) throws BadImageException {
    JpegHeader header = new JpegHeader(bytes);
    int at = 2;
    while (true) {
      at = JpegMarkers.next(bytes, at);
      int marker = JpegMarkers.code(bytes, at);
      if (marker == JpegMarkers.SCAN && header.frame != null) {
        header.scan = at;
        return header;
      }
      if (marker == JpegMarkers.END || marker == JpegMarkers.SCAN) {
        throw BadImageException.corrupt("its JPEG data begins before its frame header");
      }
      if (JpegMarkers.standsAlone(marker)) {
        at += 2;
        continue;
      }
      int end = JpegMarkers.end(bytes, at);
      header.take(marker, at + 4, end);
      at = end;
    }
  }

  private void take(int marker, int at, int end) throws BadImageException {
    if (JpegMarkers.isFrame(marker)) {
      if (frame != null) {
        throw BadImageException.corrupt("it has two JPEG frames");
      }
      frame = JpegFrame.parse(bytes, marker, at, end);
    } else if (marker == 0xE0 && end - at >= 5 && Bytes.startsWith(bytes, at, "JFIF\0")) {
      jfif = true;
    } else if (marker == 0xE1 && end - at >= 6 && Bytes.startsWith(bytes, at, "Exif\0")) {
      // The first that says counts: what follows belongs to thumbnails and other programs.
      exifOrientation =
          exifOrientation == ExifOrientation.NONE
              ? ExifOrientation.read(bytes, at + 6, end)
              : exifOrientation;
    } else if (marker == 0xE1 && Bytes.startsWith(bytes, at, XMP)) {
      xmpOrientation = ExifOrientation.ofXmp(bytes, at, end);
    } else if (marker == 0xEE && end - at >= 12 && Bytes.startsWith(bytes, at, "Adobe")) {
      adobeTransform = Bytes.u8(bytes, at + 11);
    }
    boolean application = (marker >= 0xE0 && marker <= 0xEF) || marker == 0xFE;
    if (!application) {
      kept.write(bytes, at - 4, end - at + 4);
    }
  }

  ImageInfo info() {
    return new ImageInfo(
        "jpeg",
        frame.width(),
        frame.height(),
        ExifOrientation.first(exifOrientation, xmpOrientation));
  }

  JpegFrame frame() {
    return frame;
  }

  /**
   * The same picture with nothing around it: no profile, thumbnail or comment that ImageIO could
   * stumble over, and as many colours as it would not convert on its own.
   */
  byte[] withoutMetadata() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + JFIF.length);
    out.write(0xff);
    out.write(0xd8);
    if (frame.components() == 3) {
      out.writeBytes(JFIF);
    }
    out.writeBytes(kept.toByteArray());
    out.write(bytes, scan, bytes.length - scan);
    return out.toByteArray();
  }

  /** Whether three components are red, green and blue as they are; the rules are libjpeg's. */
  boolean storedAsRgb() {
    if (jfif || frame.components() != 3) {
      return false;
    }
    return adobeTransform == NO_ADOBE ? frame.rgbIds() : adobeTransform == 0;
  }

  /** Whether the first three of four components are luma and chroma. */
  boolean storedAsYcck() {
    return frame.components() == 4 && adobeTransform > 0;
  }

  /**
   * The frame header of a JPEG (ITU-T T.81, section B.2.2).
   *
   * @param components 1, 3 or 4
   * @param blocks blocks of 8 x 8 samples over all components
   * @param rgbIds whether the three components call themselves R, G and B
   */
  record JpegFrame(int width, int height, int components, long blocks, boolean rgbIds) {

    /**
     * Reads the segment of a start-of-frame marker.
     *
     * @param marker 0xC0 to 0xCF
     * @param at offset behind the segment's length
     * @param end offset behind the segment
     */
    static JpegFrame parse(byte[] bytes, int marker, int at, int end) throws BadImageException {
      refuseUnsupported(marker);
      if (end - at < 6) {
        throw BadImageException.corrupt("its JPEG frame header is too short");
      }
      int precision = Bytes.u8(bytes, at);
      if (precision != 8) {
        throw BadImageException.unsupported(
            "a JPEG of %d bits per sample; only 8 are read", precision);
      }
      int height = Bytes.u16(bytes, at + 1);
      int width = Bytes.u16(bytes, at + 3);
      int count = Bytes.u8(bytes, at + 5);
      if (width == 0 || height == 0) {
        throw BadImageException.corrupt("its JPEG frame is %d x %d", width, height);
      }
      if (count != 1 && count != 3 && count != 4) {
        throw BadImageException.unsupported("a JPEG of %d components; 1, 3 or 4 are read", count);
      }
      if (end - at < 6 + 3 * count) {
        throw BadImageException.corrupt(
            "its JPEG frame header ends before its %d components", count);
      }
      boolean rgb =
          count == 3 && bytes[at + 6] == 'R' && bytes[at + 9] == 'G' && bytes[at + 12] == 'B';
      return new JpegFrame(width, height, count, blocks(bytes, at, width, height, count), rgb);
    }

    private static long blocks(byte[] bytes, int at, int width, int height, int count)
        throws BadImageException {
      int area = 0;
      int most = 0;
      for (int i = 0; i < count; i++) {
        int factors = Bytes.u8(bytes, at + 7 + 3 * i);
        int across = factors >> 4;
        int down = factors & 15;
        if (across < 1 || across > 4 || down < 1 || down > 4) {
          throw BadImageException.corrupt("its JPEG component has sampling %d x %d", across, down);
        }
        area += across * down;
        most = Math.max(most, across * down);
      }
      return (long) width * height / 64 * area / most;
    }

    private static void refuseUnsupported(int marker) throws BadImageException {
      switch (marker) {
        case 0xC0, 0xC1, 0xC2 -> {}
        case 0xC3, 0xC7, 0xCB, 0xCF ->
            throw BadImageException.unsupported("a lossless JPEG, which is not read");
        case 0xC9, 0xCA -> throw BadImageException.unsupported("a JPEG with arithmetic coding");
        default -> throw BadImageException.unsupported("a hierarchical JPEG, which is not read");
      }
    }
  }
}
