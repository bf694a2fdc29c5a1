package io.nomen.image;

/** GIF's variable-length-code LZW (GIF89a specification, appendix F), over its sub-blocks. */
final class GifLzw {
  private static final int MAX_BITS = 12;
  private static final int MAX_CODES = 1 << MAX_BITS;

  private final byte[] bytes;
  private final int firstBits;
  private final short[] prefix = new short[MAX_CODES];
  private final byte[] suffix = new byte[MAX_CODES];
  private final byte[] stack = new byte[MAX_CODES + 1];

  private int at;
  private int leftInBlock;
  private int buffer;
  private int buffered;

  /**
   * Begins at a picture's data.
   *
   * @param at offset of the first sub-block
   * @param firstBits bits per pixel
   */
  GifLzw(byte[] bytes, int at, int firstBits) throws BadImageException {
    if (firstBits < 1 || firstBits > 8) {
      throw BadImageException.corrupt("its GIF codes begin with %d bits", firstBits);
    }
    this.bytes = bytes;
    this.at = at;
    this.firstBits = firstBits;
    for (int i = 0; i < 1 << firstBits; i++) {
      suffix[i] = (byte) i;
    }
  }

  /** The first {@code count} palette indices. */
  byte[] decode(int count, Deadline deadline) throws BadImageException {
    // A code of at least two bits gives at most 4096 pixels.
    if ((long) (bytes.length - at) * 4 * MAX_CODES < count) {
      throw BadImageException.truncated("its GIF data is too short for %d pixels", count);
    }
    int clear = 1 << firstBits;
    int next = clear + 2;
    int bits = firstBits + 1;
    int previous = -1;
    byte[] out = new byte[count];
    int filled = 0;
    int codes = 0;
    while (filled < count) {
      if ((++codes & 0xffff) == 0) {
        deadline.check();
      }
      int code = code(bits);
      if (code == clear) {
        next = clear + 2;
        bits = firstBits + 1;
        previous = -1;
        continue;
      }
      if (code == clear + 1) {
        throw BadImageException.corrupt("its GIF data ends before its last pixel");
      }
      if (code > next || (code == next && previous < 0) || (previous < 0 && code > clear)) {
        throw BadImageException.corrupt("its GIF data holds the unknown code %d", code);
      }
      int depth = unwind(code < next ? code : previous, clear);
      byte head = stack[depth - 1];
      while (depth > 0 && filled < count) {
        out[filled++] = stack[--depth];
      }
      if (code == next && filled < count) {
        out[filled++] = head;
      }
      if (previous >= 0 && next < MAX_CODES) {
        prefix[next] = (short) previous;
        suffix[next] = head;
        next++;
        if (next == 1 << bits && bits < MAX_BITS) {
          bits++;
        }
      }
      previous = code;
    }
    return out;
  }

  /** Puts the string of {@code code} on the stack, last pixel first; returns its length. */
  private int unwind(int code, int clear) {
    int depth = 0;
    int current = code;
    while (current >= clear + 2) {
      stack[depth++] = suffix[current];
      current = prefix[current];
    }
    stack[depth++] = suffix[current];
    return depth;
  }

  private int code(int bits) throws BadImageException {
    while (buffered < bits) {
      if (leftInBlock == 0) {
        if (at >= bytes.length) {
          throw BadImageException.truncated("it ends before its last GIF pixel");
        }
        leftInBlock = Bytes.u8(bytes, at++);
        if (leftInBlock == 0) {
          throw BadImageException.corrupt("its GIF data ends before its last pixel");
        }
      }
      if (at >= bytes.length) {
        throw BadImageException.truncated("it ends before its last GIF pixel");
      }
      buffer |= Bytes.u8(bytes, at++) << buffered;
      buffered += 8;
      leftInBlock--;
    }
    int code = buffer & (1 << bits) - 1;
    buffer >>>= bits;
    buffered -= bits;
    return code;
  }
}
