package io.nomen.image;

/** One colour component of a JPEG frame (ITU-T T.81, section A.1), with its samples as decoded. */
final class JpegComponent {
  static final int BLOCK = 8;

  final int id;
  final int horizontal;
  final int vertical;
  final int quantisation;

  /** Samples that belong to the picture; the planes below are padded to whole blocks. */
  int width;

  int height;

  /** Blocks that a scan of this component alone holds. */
  int scanBlocksWide;

  int scanBlocksHigh;

  /** Blocks in memory: whole MCUs. */
  int blocksWide;

  int blocksHigh;

  /** Samples per block side that the inverse transform gives: 8, 4, 2 or 1. */
  int blockSide = BLOCK;

  byte[] samples;

  /** {@code [blocksHigh, blocksWide, 64]} in natural order; progressive frames only. */
  short[] coefficients;

  JpegHuffman dcTable;
  JpegHuffman acTable;
  int dcPrediction;
  boolean decoded;

  JpegComponent(int id, int horizontal, int vertical, int quantisation) {
    this.id = id;
    this.horizontal = horizontal;
    this.vertical = vertical;
    this.quantisation = quantisation;
  }

  int stride() {
    return blocksWide * blockSide;
  }

  void allocate(boolean progressive) {
    samples = new byte[Math.multiplyExact(stride(), blocksHigh * blockSide)];
    if (progressive) {
      coefficients = new short[Math.multiplyExact(blocksWide * blocksHigh, BLOCK * BLOCK)];
    }
  }
}
