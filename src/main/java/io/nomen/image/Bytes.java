package io.nomen.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Numbers and tags at offsets of an array, for header readers; whoever calls checks the bounds. */
final class Bytes {
  private Bytes() {}

  static int u8(byte[] bytes, int at) {
    return bytes[at] & 0xff;
  }

  static int u16(byte[] bytes, int at) {
    return u8(bytes, at) << 8 | u8(bytes, at + 1);
  }

  static int u16Little(byte[] bytes, int at) {
    return u8(bytes, at + 1) << 8 | u8(bytes, at);
  }

  static int i32(byte[] bytes, int at) {
    return u16(bytes, at) << 16 | u16(bytes, at + 2);
  }

  static int i32Little(byte[] bytes, int at) {
    return u16Little(bytes, at + 2) << 16 | u16Little(bytes, at);
  }

  static long u32(byte[] bytes, int at) {
    return Integer.toUnsignedLong(i32(bytes, at));
  }

  static long u32Little(byte[] bytes, int at) {
    return Integer.toUnsignedLong(i32Little(bytes, at));
  }

  /** Whether the ASCII text {@code tag} stands at {@code at}; false beyond the array's end. */
  static boolean startsWith(byte[] bytes, int at, String tag) {
    if (at < 0 || at + tag.length() > bytes.length) {
      return false;
    }
    for (int i = 0; i < tag.length(); i++) {
      if (u8(bytes, at + i) != tag.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  static byte[] concat(byte[] first, byte[] second) {
    byte[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  /** Where the ASCII text {@code tag} first stands, or -1. */
  static int indexOf(byte[] bytes, String tag) {
    for (int at = 0; at + tag.length() <= bytes.length; at++) {
      if (startsWith(bytes, at, tag)) {
        return at;
      }
    }
    return -1;
  }

  static String ascii(byte[] bytes, int at, int length) {
    return new String(bytes, at, length, StandardCharsets.ISO_8859_1);
  }
}
