package io.nomen.image;

import java.util.Arrays;

/** Reads the table segments of a JPEG (ITU-T T.81, sections B.2.4.1 and B.2.4.2). */
final class JpegTables {
  private static final int FACTORS = 64;

  private JpegTables() {}

  /** Huffman tables of one segment, each into its place. */
  static void huffman(byte[] bytes, int from, int end, JpegHuffman[] dc, JpegHuffman[] ac)
      throws BadImageException {
    int at = from;
    while (at < end) {
      int place = Bytes.u8(bytes, at);
      if (place >> 4 > 1 || (place & 15) > 3 || end - at < 1 + JpegHuffman.MAX_LENGTH) {
        throw BadImageException.corrupt("its JPEG Huffman table %d is damaged", place);
      }
      int[] counts = new int[JpegHuffman.MAX_LENGTH];
      for (int i = 0; i < counts.length; i++) {
        counts[i] = Bytes.u8(bytes, at + 1 + i);
      }
      at += 1 + counts.length;
      int total = Arrays.stream(counts).sum();
      if (total > 256 || total > end - at) {
        throw BadImageException.corrupt("its JPEG Huffman table %d has %d codes", place, total);
      }
      byte[] symbols = Arrays.copyOfRange(bytes, at, at + total);
      at += total;
      (place >> 4 == 0 ? dc : ac)[place & 15] = new JpegHuffman(counts, symbols);
    }
  }

  /** Quantisation tables of one segment, in natural order, each into its place. */
  static void quantisation(byte[] bytes, int from, int end, int[][] tables)
      throws BadImageException {
    int at = from;
    while (at < end) {
      int place = Bytes.u8(bytes, at) & 15;
      int width = Bytes.u8(bytes, at) >> 4 == 0 ? 1 : 2;
      at++;
      if (place > 3 || end - at < FACTORS * width) {
        throw BadImageException.corrupt("its JPEG quantisation table %d is damaged", place);
      }
      int[] table = new int[FACTORS];
      for (int k = 0; k < FACTORS; k++) {
        table[JpegBlocks.natural(k)] =
            width == 1 ? Bytes.u8(bytes, at + k) : Bytes.u16(bytes, at + 2 * k);
      }
      at += FACTORS * width;
      tables[place] = table;
    }
  }
}
