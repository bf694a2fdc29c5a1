package io.nomen.image;

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

  Facts facts() {
    return new Facts(
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
  byte[] bare() {
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
}
