package io.nomen.image;

/**
 * Decodes the blocks of a scan: of a sequential one into coefficients of one block, of a
 * progressive one (ITU-T T.81, annex G) into what earlier scans left of them.
 */
final class JpegBlocks {
  /** Natural position of the k-th coefficient; the tail catches runs beyond the last one. */
  private static final int[] NATURAL = natural();

  private static final int LAST = 63;

  private final JpegBits bits;

  /** Band and bit positions of a progressive scan: T.81's Ss, Se, Ah, Al. */
  private final int first;

  private final int last;
  private final boolean refining;
  private final int low;

  private int endOfBandRun;

  JpegBlocks(JpegBits bits, int first, int last, int high, int low) {
    this.bits = bits;
    this.first = first;
    this.last = last;
    this.refining = high != 0;
    this.low = low;
  }

  private static int[] natural() {
    int[] order = new int[64 + 16];
    int k = 0;
    for (int diagonal = 0; diagonal < 15; diagonal++) {
      for (int i = 0; i <= diagonal; i++) {
        int row = diagonal % 2 == 0 ? diagonal - i : i;
        int column = diagonal - row;
        if (row < 8 && column < 8) {
          order[k++] = 8 * row + column;
        }
      }
    }
    while (k < order.length) {
      order[k++] = LAST;
    }
    return order;
  }

  static int natural(int k) {
    return NATURAL[k];
  }

  /** Forgets what a restart marker ends. */
  void restart() {
    endOfBandRun = 0;
  }

  /**
   * Decodes one block of a sequential scan.
   *
   * @param block 64 zeros, which become the dequantised coefficients in natural order
   * @param quantisation 64 factors in natural order
   * @return whether any coefficient but the first was coded
   */
  boolean sequential(JpegComponent component, int[] block, int[] quantisation)
      throws BadImageException {
    component.dcPrediction += difference(component);
    block[0] = component.dcPrediction * quantisation[0];
    JpegHuffman table = component.acTable;
    int k = 1;
    boolean any = false;
    while (k <= LAST) {
      int symbol = bits.symbol(table);
      int size = symbol & 15;
      if (size == 0) {
        if (symbol != 0xF0) {
          break;
        }
        k += 16;
        continue;
      }
      k += symbol >> 4;
      int at = NATURAL[k];
      block[at] = bits.value(size) * quantisation[at];
      any = true;
      k++;
    }
    return any;
  }

  private int difference(JpegComponent component) throws BadImageException {
    int size = bits.symbol(component.dcTable);
    if (size > 15) {
      throw BadImageException.corrupt("its JPEG data holds a DC difference of %d bits", size);
    }
    return size == 0 ? 0 : bits.value(size);
  }

  /** One block of a progressive scan; {@code at} is the offset of its coefficients. */
  void progressive(JpegComponent component, int at) throws BadImageException {
    short[] coefficients = component.coefficients;
    if (first == 0) {
      if (!refining) {
        component.dcPrediction += difference(component);
        coefficients[at] = (short) (component.dcPrediction << low);
      } else if (bits.bit()) {
        coefficients[at] |= (short) (1 << low);
      }
    } else if (refining) {
      refineBand(component.acTable, coefficients, at);
    } else {
      firstBand(component.acTable, coefficients, at);
    }
  }

  private void firstBand(JpegHuffman table, short[] coefficients, int at) throws BadImageException {
    if (endOfBandRun > 0) {
      endOfBandRun--;
      return;
    }
    int k = first;
    while (k <= last) {
      int symbol = bits.symbol(table);
      int run = symbol >> 4;
      int size = symbol & 15;
      if (size != 0) {
        k += run;
        coefficients[at + NATURAL[k]] = (short) (bits.value(size) << low);
        k++;
      } else if (run == 15) {
        k += 16;
      } else {
        endOfBandRun = (1 << run) - 1 + bits.bits(run);
        return;
      }
    }
  }

  private void refineBand(JpegHuffman table, short[] coefficients, int at)
      throws BadImageException {
    int k = first;
    while (endOfBandRun == 0 && k <= last) {
      int symbol = bits.symbol(table);
      int run = symbol >> 4;
      int size = symbol & 15;
      int value = 0;
      if (size != 0) {
        value = bits.bit() ? 1 << low : -1 << low;
      } else if (run < 15) {
        endOfBandRun = (1 << run) + bits.bits(run);
        break;
      }
      k = refineUntil(coefficients, at, k, run);
      if (value != 0 && k <= last) {
        coefficients[at + NATURAL[k]] = (short) value;
      }
      k++;
    }
    if (endOfBandRun > 0) {
      refineUntil(coefficients, at, k, LAST);
      endOfBandRun--;
    }
  }

  /** Refines non-zero coefficients until {@code zeros} zero ones are passed; returns the next. */
  private int refineUntil(short[] coefficients, int at, int from, int zeros)
      throws BadImageException {
    int left = zeros;
    int k = from;
    for (; k <= last; k++) {
      int place = at + NATURAL[k];
      int value = coefficients[place];
      if (value == 0) {
        if (left-- == 0) {
          break;
        }
      } else if (bits.bit() && (value & 1 << low) == 0) {
        coefficients[place] = (short) (value + (value > 0 ? 1 << low : -1 << low));
      }
    }
    return k;
  }
}
