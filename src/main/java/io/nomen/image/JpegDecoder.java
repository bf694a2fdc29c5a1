package io.nomen.image;

import java.util.ArrayList;
import java.util.List;

/**
 * Decodes sequential and progressive Huffman-coded JPEG (ITU-T T.81) of 8 bits, like libjpeg at its
 * defaults to the last bit.
 *
 * <p>Own code rather than ImageIO's reader, because ImageIO ends a truncated picture in grey
 * without a word, cannot be stopped within a scan, cannot decode at a part of the size, and refuses
 * colours that it has no profile for.
 */
final class JpegDecoder {
  private final byte[] bytes;
  private final JpegHeader header;
  private final JpegFrame frame;
  private final Deadline deadline;
  private final int[][] quantisation = new int[4][];
  private final JpegHuffman[] dcTables = new JpegHuffman[4];
  private final JpegHuffman[] acTables = new JpegHuffman[4];
  private final JpegIdct idct = new JpegIdct();
  private int restartInterval;

  private JpegDecoder(byte[] bytes, JpegHeader header, Deadline deadline) {
    this.bytes = bytes;
    this.header = header;
    this.frame = header.frame();
    this.deadline = deadline;
  }

  /**
   * Decodes the picture whose header was read.
   *
   * @param scale 1, 2, 4 or 8: the picture is decoded at 1/{@code scale} of its size
   */
  static RgbImage decode(byte[] bytes, JpegHeader header, int scale, Deadline deadline)
      throws BadImageException {
    return new JpegDecoder(bytes, header, deadline).decode(scale);
  }

  private RgbImage decode(int scale) throws BadImageException {
    // The shortest code of a block is one bit: so much data must be there before memory is taken.
    if (frame.blocks() / 8 > bytes.length) {
      throw BadImageException.truncated("its JPEG data is too short for %d blocks", frame.blocks());
    }
    frame.allocate(scale);
    segments();
    if (frame.progressive) {
      for (JpegComponent component : frame.components) {
        factors(component);
      }
      JpegScan.transform(frame, quantisation, idct, deadline);
    }
    return JpegColour.toRgb(header, scale, deadline);
  }

  /**
   * Walks to the end marker; a sequential picture may lack it once all its components are there.
   */
  private void segments() throws BadImageException {
    int at = 2;
    boolean frameSeen = false;
    while (true) {
      if (!frame.progressive && frame.components.stream().allMatch(c -> c.decoded)) {
        return;
      }
      at = JpegMarkers.next(bytes, at);
      int marker = JpegMarkers.code(bytes, at);
      if (marker == JpegMarkers.END) {
        requireAllDecoded();
        return;
      }
      if (JpegMarkers.standsAlone(marker)) {
        at += 2;
        continue;
      }
      int end = JpegMarkers.end(bytes, at);
      if (marker == JpegMarkers.SCAN) {
        at = scan(at + 4, end);
        continue;
      }
      if (JpegMarkers.isFrame(marker)) {
        if (frameSeen) {
          throw BadImageException.corrupt("it has two JPEG frames");
        }
        frameSeen = true;
      }
      tables(marker, at + 4, end);
      at = end;
    }
  }

  private void requireAllDecoded() throws BadImageException {
    for (JpegComponent component : frame.components) {
      if (!component.decoded) {
        throw BadImageException.corrupt("its JPEG component %d has no data", component.id);
      }
    }
  }

  private void tables(int marker, int at, int end) throws BadImageException {
    switch (marker) {
      case JpegMarkers.HUFFMAN_TABLES -> JpegTables.huffman(bytes, at, end, dcTables, acTables);
      case JpegMarkers.QUANTISATION_TABLES -> JpegTables.quantisation(bytes, at, end, quantisation);
      case JpegMarkers.RESTART_INTERVAL -> {
        if (end - at < 2) {
          throw BadImageException.corrupt("its JPEG restart interval is missing");
        }
        restartInterval = Bytes.u16(bytes, at);
      }
      default -> {
        // Applications' segments and comments: the header has read what matters.
      }
    }
  }

  /** Decodes the scan whose header stands at {@code at}; returns where the next marker may be. */
  private int scan(int at, int end) throws BadImageException {
    int count = at < end ? Bytes.u8(bytes, at) : 0;
    if (count < 1 || count > 4 || end - at < 4 + 2 * count) {
      throw BadImageException.corrupt("its JPEG scan header names %d components", count);
    }
    int tail = at + 1 + 2 * count;
    int first = Bytes.u8(bytes, tail);
    int last = Bytes.u8(bytes, tail + 1);
    int high = Bytes.u8(bytes, tail + 2) >> 4;
    int low = Bytes.u8(bytes, tail + 2) & 15;
    if (!frame.progressive) {
      first = 0;
      last = 63;
      high = 0;
      low = 0;
    } else if (last > 63 || first > last || low > 13 || (first == 0) != (last == 0)) {
      throw BadImageException.corrupt("its JPEG scan covers %d to %d", first, last);
    }
    boolean needsDc = first == 0 && high == 0;
    boolean needsAc = last > 0;
    List<JpegComponent> components = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int selector = Bytes.u8(bytes, at + 1 + 2 * i);
      int tables = Bytes.u8(bytes, at + 2 + 2 * i);
      JpegComponent component = component(selector);
      component.dcTable = needsDc ? table(dcTables, tables >> 4) : null;
      component.acTable = needsAc ? table(acTables, tables & 15) : null;
      factors(component);
      if (components.contains(component)) {
        throw BadImageException.corrupt("its JPEG scan names a component twice");
      }
      components.add(component);
    }
    if (frame.progressive && first > 0 && count > 1) {
      throw BadImageException.corrupt("its progressive JPEG scan mixes %d components", count);
    }
    JpegBits bits = new JpegBits(bytes, end);
    JpegBlocks blocks = new JpegBlocks(bits, first, last, high, low);
    new JpegScan(frame, components, bits, blocks, restartInterval, quantisation, idct, deadline)
        .decode();
    return bits.marker();
  }

  private JpegComponent component(int id) throws BadImageException {
    for (JpegComponent component : frame.components) {
      if (component.id == id) {
        return component;
      }
    }
    throw BadImageException.corrupt("its JPEG scan names component %d, which it has not", id);
  }

  private static JpegHuffman table(JpegHuffman[] tables, int index) throws BadImageException {
    if (index > 3 || tables[index] == null) {
      throw BadImageException.corrupt(
          "its JPEG scan needs Huffman table %d, which is missing", index);
    }
    return tables[index];
  }

  private void factors(JpegComponent component) throws BadImageException {
    if (quantisation[component.quantisation] == null) {
      throw BadImageException.corrupt(
          "its JPEG frame needs quantisation table %d, which is missing", component.quantisation);
    }
  }
}
