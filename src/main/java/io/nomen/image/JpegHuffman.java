package io.nomen.image;

import java.util.Arrays;

/** A Huffman table (ITU-T T.81, annex C), made for decoding: short codes by one look-up. */
final class JpegHuffman {
  static final int LOOK_BITS = 9;
  static final int MAX_LENGTH = 16;

  /** By the next nine bits: code length in bits 8 and up, symbol below; 0 for longer codes. */
  final short[] look = new short[1 << LOOK_BITS];

  /** Largest code of each length, aligned to 16 bits and exclusive. */
  final int[] limit = new int[MAX_LENGTH + 2];

  /** Index of a length's first symbol minus its first code. */
  final int[] offset = new int[MAX_LENGTH + 1];

  final byte[] symbols;

  /**
   * Makes a table of what its segment holds.
   *
   * @param counts how many codes there are of each length 1 to 16
   * @param symbols in order of their codes
   */
  JpegHuffman(int[] counts, byte[] symbols) throws BadImageException {
    this.symbols = symbols;
    int code = 0;
    int index = 0;
    for (int length = 1; length <= MAX_LENGTH; length++) {
      offset[length] = index - code;
      if (length <= LOOK_BITS) {
        fillLook(counts[length - 1], code, index, length);
      }
      code += counts[length - 1];
      index += counts[length - 1];
      if (code > 1 << length) {
        throw BadImageException.corrupt("its JPEG Huffman table holds too many short codes");
      }
      limit[length] = code << (MAX_LENGTH - length);
      code <<= 1;
    }
    limit[MAX_LENGTH + 1] = Integer.MAX_VALUE;
  }

  private void fillLook(int count, int firstCode, int firstIndex, int length)
      throws BadImageException {
    if (firstCode + count > 1 << length) {
      throw BadImageException.corrupt("its JPEG Huffman table holds too many short codes");
    }
    for (int i = 0; i < count; i++) {
      int from = (firstCode + i) << (LOOK_BITS - length);
      int to = (firstCode + i + 1) << (LOOK_BITS - length);
      Arrays.fill(look, from, to, (short) (length << 8 | (symbols[firstIndex + i] & 0xff)));
    }
  }
}
