package io.nomen.image;

import java.util.Arrays;
import java.util.Optional;

/** One block of 512 bytes, read as a tar header (POSIX.1-1988 ustar, GNU's base-256 numbers). */
final class TarHeader {
  static final int BLOCK = 512;
  private static final int CHECKSUM = 148;
  private static final int CHECKSUM_BYTES = 8;

  private final byte[] block;

  private TarHeader(byte[] block) {
    this.block = block;
  }

  /** The header in {@code block}, if its checksum and its size are right. */
  static Optional<TarHeader> parse(byte[] block) {
    TarHeader header = new TarHeader(block);
    boolean sound = header.checksumHolds() && header.size() >= 0 && block[0] != 0;
    return sound ? Optional.of(header) : Optional.empty();
  }

  /** Whether a file that starts with these bytes is a tar beyond doubt. */
  static boolean begins(byte[] start) {
    return start.length >= BLOCK && parse(start).map(TarHeader::isUstar).orElse(false);
  }

  static boolean isZero(byte[] block) {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  private boolean checksumHolds() {
    int unsigned = 0;
    int signed = 0;
    for (int i = 0; i < BLOCK; i++) {
      boolean inChecksum = i >= CHECKSUM && i < CHECKSUM + CHECKSUM_BYTES;
      unsigned += inChecksum ? ' ' : block[i] & 0xff;
      signed += inChecksum ? ' ' : block[i];
    }
    long stored = octal(CHECKSUM, CHECKSUM_BYTES);
    // Some old tars added signed bytes.
    return stored == unsigned || stored == signed;
  }

  /** Bytes of data, or -1 where the field is no number. */
  long size() {
    if ((block[124] & 0x80) == 0) {
      return octal(124, 12);
    }
    long value = block[124] & 0x3f;
    for (int i = 125; i < 136; i++) {
      if (value > Long.MAX_VALUE >> 8) {
        return -1;
      }
      value = value << 8 | (block[i] & 0xff);
    }
    return value;
  }

  private long octal(int from, int length) {
    int at = from;
    int end = from + length;
    while (at < end && block[at] == ' ') {
      at++;
    }
    long value = 0;
    for (; at < end && block[at] != 0 && block[at] != ' '; at++) {
      if (block[at] < '0' || block[at] > '7') {
        return -1;
      }
      value = value << 3 | (block[at] - '0');
    }
    return value;
  }

  char type() {
    return (char) block[156];
  }

  boolean isUstar() {
    return Bytes.startsWith(block, 257, "ustar");
  }

  String name() {
    String name = EscapedName.text(field(0, 100));
    // GNU's own magic is followed by blanks, and uses the prefix's place for other things.
    if (Bytes.startsWith(block, 257, "ustar\0") && block[345] != 0) {
      return EscapedName.text(field(345, 155)) + "/" + name;
    }
    return name;
  }

  private byte[] field(int from, int length) {
    int end = from;
    while (end < from + length && block[end] != 0) {
      end++;
    }
    return Arrays.copyOfRange(block, from, end);
  }
}
