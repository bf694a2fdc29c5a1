package io.nomen.image;

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
      throw BadImageException.corrupt("its JPEG frame header ends before its %d components", count);
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
