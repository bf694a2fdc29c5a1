package io.nomen.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The entropy-coded bits of a JPEG scan, without their stuffed zeros. Ends at the first marker or
 * at the end of the bytes; what is asked for beyond that end is zero bits, and {@link
 * #requireWhole} tells that they were.
 */
final class JpegBits {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private final byte[] bytes;
  private int next;

  /** The next bits, from the top. */
  private long buffer;

  private int count;
  private int missing;

  JpegBits(byte[] bytes, int start) {
    this.bytes = bytes;
    this.next = start;
  }

  /** After this there are at least 32 bits at hand: enough for a code and its extra bits. */
  private void fill() {
    if (next + 4 <= bytes.length) {
      int word = (int) INT.get(bytes, next);
      // No byte of the word is 0xFF: none of the complement's bytes is zero.
      int inverse = ~word;
      if (((inverse - 0x01010101) & ~inverse & 0x80808080) == 0) {
        buffer |= Integer.toUnsignedLong(word) << (32 - count);
        count += 32;
        next += 4;
        return;
      }
    }
    while (count <= 56) {
      buffer |= (long) nextByte() << (56 - count);
      count += 8;
    }
  }

  private int nextByte() {
    if (next >= bytes.length) {
      missing++;
      return 0;
    }
    int value = bytes[next] & 0xff;
    if (value != 0xff) {
      next++;
      return value;
    }
    int after = next + 1;
    while (after < bytes.length && bytes[after] == (byte) 0xff) {
      after++;
    }
    if (after < bytes.length && bytes[after] == 0) {
      next = after + 1;
      return 0xff;
    }
    missing++;
    return 0;
  }

  /** The next symbol of {@code table}. */
  int symbol(JpegHuffman table) throws BadImageException {
    if (count < 32) {
      fill();
    }
    int found = table.look[(int) (buffer >>> (64 - JpegHuffman.LOOK_BITS))];
    if (found != 0) {
      int length = found >> 8;
      buffer <<= length;
      count -= length;
      return found & 0xff;
    }
    return longSymbol(table);
  }

  private int longSymbol(JpegHuffman table) throws BadImageException {
    int bits = (int) (buffer >>> 48);
    int length = JpegHuffman.LOOK_BITS + 1;
    while (bits >= table.limit[length]) {
      length++;
    }
    if (length > JpegHuffman.MAX_LENGTH) {
      requireWhole();
      throw BadImageException.corrupt("its JPEG data holds a code that its tables do not");
    }
    int index = table.offset[length] + (bits >> (JpegHuffman.MAX_LENGTH - length));
    buffer <<= length;
    count -= length;
    return table.symbols[index] & 0xff;
  }

  /** A signed value of {@code size} bits, 1 to 15, as T.81's EXTEND reads it; follows a symbol. */
  int value(int size) {
    // All ones where the first bit is zero: such values are negative.
    int negative = (int) (~buffer >> 63);
    int bits = (int) (buffer >>> (64 - size));
    buffer <<= size;
    count -= size;
    return bits + (negative & ((-1 << size) + 1));
  }

  /** {@code size} bits, 0 to 16, as an unsigned number. */
  int bits(int size) {
    if (count < 32) {
      fill();
    }
    if (size == 0) {
      return 0;
    }
    int bits = (int) (buffer >>> (64 - size));
    buffer <<= size;
    count -= size;
    return bits;
  }

  boolean bit() {
    return bits(1) != 0;
  }

  /** Fails when bits were taken that the scan does not hold. */
  void requireWhole() throws BadImageException {
    if (missing * 8 > count) {
      if (atEnd()) {
        throw BadImageException.truncated("its JPEG data ends before its last block");
      }
      throw BadImageException.corrupt("its JPEG scan ends before its last block");
    }
  }

  private boolean atEnd() {
    return marker() >= bytes.length - 1;
  }

  /** Takes the restart marker that stands here. */
  void restart() throws BadImageException {
    requireWhole();
    int at = marker();
    if (at + 1 >= bytes.length) {
      throw BadImageException.truncated("its JPEG data ends before its last block");
    }
    int code = bytes[at + 1] & 0xff;
    if (code < 0xD0 || code > 0xD7) {
      throw BadImageException.corrupt("its JPEG scan lacks a restart marker");
    }
    next = at + 2;
    buffer = 0;
    count = 0;
    missing = 0;
  }

  /** Offset of the next marker's 0xFF, or the number of bytes where there is none. */
  int marker() {
    // Bits that were read ahead hold no marker, so none can be before this place.
    int at = next;
    while (at + 1 < bytes.length) {
      int code = bytes[at + 1] & 0xff;
      if (bytes[at] == (byte) 0xff && code != 0 && code != 0xff) {
        return at;
      }
      at++;
    }
    return bytes.length;
  }
}
