package io.nomen.image;

/**
 * What stands before a JPEG's first scan, found by one walk over its segments: the frame, and what
 * JFIF, Adobe and EXIF say about colours and orientation. ICC profiles, thumbnails and comments are
 * passed by.
 */
final class JpegHeader {
  private static final int NO_ADOBE = -1;

  private JpegFrame frame;
  private boolean jfif;
  private int adobeTransform = NO_ADOBE;
  private int orientation = ExifOrientation.UPRIGHT;

  private JpegHeader() {}

  static JpegHeader parse(byte[] bytes) throws BadImageException {
    JpegHeader header = new JpegHeader();
    int at = 2;
    while (header.frame == null) {
      at = JpegMarkers.next(bytes, at);
      int marker = JpegMarkers.code(bytes, at);
      if (JpegMarkers.standsAlone(marker)) {
        at += 2;
        continue;
      }
      if (marker == JpegMarkers.END || marker == JpegMarkers.SCAN) {
        throw BadImageException.corrupt("its JPEG data begins before its frame header");
      }
      int end = JpegMarkers.end(bytes, at);
      header.take(bytes, marker, at + 4, end);
      at = end;
    }
    return header;
  }

  private void take(byte[] bytes, int marker, int at, int end) throws BadImageException {
    if (JpegMarkers.isFrame(marker)) {
      frame = JpegFrame.parse(bytes, marker, at, end);
    } else if (marker == 0xE0 && end - at >= 5 && Bytes.startsWith(bytes, at, "JFIF\0")) {
      jfif = true;
    } else if (marker == 0xE1 && end - at >= 6 && Bytes.startsWith(bytes, at, "Exif\0")) {
      orientation = ExifOrientation.read(bytes, at + 6, end);
    } else if (marker == 0xEE && end - at >= 12 && Bytes.startsWith(bytes, at, "Adobe")) {
      adobeTransform = Bytes.u8(bytes, at + 11);
    }
  }

  Facts facts() {
    return new Facts("jpeg", frame.width, frame.height, orientation);
  }

  JpegFrame frame() {
    return frame;
  }

  /** Whether three components are red, green and blue as they are; the rules are libjpeg's. */
  boolean storedAsRgb() {
    if (jfif || frame.components.size() != 3) {
      return false;
    }
    if (adobeTransform != NO_ADOBE) {
      return adobeTransform == 0;
    }
    return frame.components.get(0).id == 'R'
        && frame.components.get(1).id == 'G'
        && frame.components.get(2).id == 'B';
  }

  /** Whether the first three of four components are luma and chroma. */
  boolean storedAsYcck() {
    return adobeTransform > 0;
  }
}
