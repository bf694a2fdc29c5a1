package io.nomen.image;

import java.util.ArrayList;
import java.util.List;

/** The frame header of a JPEG (ITU-T T.81, section B.2.2): sizes and components. */
final class JpegFrame {
  final int width;
  final int height;
  final boolean progressive;
  final List<JpegComponent> components;
  final int maxHorizontal;
  final int maxVertical;
  final int mcusWide;
  final int mcusHigh;

  private JpegFrame(int width, int height, boolean progressive, List<JpegComponent> components) {
    this.width = width;
    this.height = height;
    this.progressive = progressive;
    this.components = components;
    this.maxHorizontal = components.stream().mapToInt(c -> c.horizontal).max().orElseThrow();
    this.maxVertical = components.stream().mapToInt(c -> c.vertical).max().orElseThrow();
    this.mcusWide = ceilDiv(width, maxHorizontal * JpegComponent.BLOCK);
    this.mcusHigh = ceilDiv(height, maxVertical * JpegComponent.BLOCK);
    for (JpegComponent component : components) {
      component.blocksWide = mcusWide * component.horizontal;
      component.blocksHigh = mcusHigh * component.vertical;
      component.scanBlocksWide =
          ceilDiv(ceilDiv(width * component.horizontal, maxHorizontal), JpegComponent.BLOCK);
      component.scanBlocksHigh =
          ceilDiv(ceilDiv(height * component.vertical, maxVertical), JpegComponent.BLOCK);
    }
  }

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
    List<JpegComponent> components = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      components.add(component(bytes, at + 6 + 3 * i, count));
    }
    JpegFrame frame = new JpegFrame(width, height, marker == 0xC2, List.copyOf(components));
    for (JpegComponent c : frame.components) {
      if (frame.maxHorizontal % c.horizontal != 0 || frame.maxVertical % c.vertical != 0) {
        throw BadImageException.unsupported("a JPEG whose components' sizes are not whole ratios");
      }
    }
    return frame;
  }

  private static JpegComponent component(byte[] bytes, int at, int count) throws BadImageException {
    int factors = Bytes.u8(bytes, at + 1);
    int horizontal = factors >> 4;
    int vertical = factors & 15;
    int table = Bytes.u8(bytes, at + 2);
    if (horizontal < 1 || horizontal > 4 || vertical < 1 || vertical > 4 || table > 3) {
      throw BadImageException.corrupt(
          "its JPEG component has sampling %d x %d and table %d", horizontal, vertical, table);
    }
    // A lone component's factors say nothing: T.81 A.2.2 gives its scans one block per MCU.
    return count == 1
        ? new JpegComponent(Bytes.u8(bytes, at), 1, 1, table)
        : new JpegComponent(Bytes.u8(bytes, at), horizontal, vertical, table);
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

  long blocks() {
    return components.stream().mapToLong(c -> (long) c.blocksWide * c.blocksHigh).sum();
  }

  /**
   * Makes room for the samples of a picture at 1/{@code scale} of its size. Components that are
   * stored smaller are transformed at a larger share instead of being enlarged afterwards.
   */
  void allocate(int scale) {
    for (JpegComponent component : components) {
      int across = maxHorizontal / component.horizontal;
      int down = maxVertical / component.vertical;
      int own = across == down && scale % across == 0 ? scale / across : scale;
      component.blockSide = JpegComponent.BLOCK / own;
      component.width = ceilDiv(width * component.horizontal, maxHorizontal * own);
      component.height = ceilDiv(height * component.vertical, maxVertical * own);
      component.allocate(progressive);
    }
  }

  static int ceilDiv(int a, int b) {
    return (a + b - 1) / b;
  }
}
