package io.nomen.image;

import java.util.Arrays;
import java.util.List;

/** Walks over the blocks of one scan in their order and writes samples or coefficients. */
final class JpegScan {
  private final JpegFrame frame;
  private final List<JpegComponent> components;
  private final JpegBits bits;
  private final JpegBlocks blocks;
  private final int restartInterval;
  private final int[][] quantisation;
  private final JpegIdct idct;
  private final Deadline deadline;
  private final int[] block = new int[64];

  private int untilRestart;

  JpegScan(
      JpegFrame frame,
      List<JpegComponent> components,
      JpegBits bits,
      JpegBlocks blocks,
      int restartInterval,
      int[][] quantisation,
      JpegIdct idct,
      Deadline deadline) {
    this.frame = frame;
    this.components = components;
    this.bits = bits;
    this.blocks = blocks;
    this.restartInterval = restartInterval;
    this.quantisation = quantisation;
    this.idct = idct;
    this.deadline = deadline;
  }

  /** Decodes the whole scan, or says why there is none. */
  void decode() throws BadImageException {
    untilRestart = restartInterval;
    components.forEach(c -> c.dcPrediction = 0);
    if (components.size() == 1) {
      alone(components.get(0));
    } else {
      interleaved();
    }
    bits.requireWhole();
    components.forEach(c -> c.decoded = true);
  }

  private void alone(JpegComponent component) throws BadImageException {
    for (int y = 0; y < component.scanBlocksHigh; y++) {
      rowBegins();
      for (int x = 0; x < component.scanBlocksWide; x++) {
        restartWhereDue();
        one(component, x, y);
      }
    }
  }

  private void interleaved() throws BadImageException {
    for (int y = 0; y < frame.mcusHigh; y++) {
      rowBegins();
      for (int x = 0; x < frame.mcusWide; x++) {
        restartWhereDue();
        for (JpegComponent component : components) {
          for (int v = 0; v < component.vertical; v++) {
            for (int h = 0; h < component.horizontal; h++) {
              one(component, x * component.horizontal + h, y * component.vertical + v);
            }
          }
        }
      }
    }
  }

  private void rowBegins() throws BadImageException {
    deadline.check();
    // Without this, a bomb of a few bytes would be padded with zeros up to its promised size.
    bits.requireWhole();
  }

  private void restartWhereDue() throws BadImageException {
    if (restartInterval == 0) {
      return;
    }
    if (untilRestart == 0) {
      bits.restart();
      blocks.restart();
      components.forEach(c -> c.dcPrediction = 0);
      untilRestart = restartInterval;
    }
    untilRestart--;
  }

  private void one(JpegComponent component, int x, int y) throws BadImageException {
    if (frame.progressive) {
      blocks.progressive(component, 64 * (y * component.blocksWide + x));
      return;
    }
    int side = component.blockSide;
    int stride = component.stride();
    int at = y * side * stride + x * side;
    if (blocks.sequential(component, block, quantisation[component.quantisation])) {
      idct.transform(block, side, component.samples, at, stride);
      Arrays.fill(block, 0);
    } else {
      JpegIdct.flat(block[0], side, component.samples, at, stride);
      block[0] = 0;
    }
  }

  /** Transforms the coefficients that progressive scans have gathered. */
  static void transform(JpegFrame frame, int[][] quantisation, JpegIdct idct, Deadline deadline)
      throws BadImageException {
    int[] block = new int[64];
    for (JpegComponent component : frame.components) {
      int[] factors = quantisation[component.quantisation];
      int side = component.blockSide;
      int stride = component.stride();
      int from = 0;
      for (int y = 0; y < component.blocksHigh; y++) {
        deadline.check();
        for (int x = 0; x < component.blocksWide; x++) {
          for (int i = 0; i < 64; i++) {
            block[i] = component.coefficients[from + i] * factors[i];
          }
          from += 64;
          idct.transform(block, side, component.samples, y * side * stride + x * side, stride);
        }
      }
      component.coefficients = null;
    }
  }
}
