package io.nomen.image;

import io.nomen.RootLocale;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * File and member names are bytes; tables hold text. Valid UTF-8 is taken as it is; any other byte
 * is written as {@code %FF}, so that names stay apart and can be found again.
 */
final class EscapedName {
  private EscapedName() {}

  /** The bytes of a name as text. */
  static String text(byte[] name) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(name);
    CharBuffer out = CharBuffer.allocate(name.length + 1);
    StringBuilder text = new StringBuilder();
    while (true) {
      CoderResult result = decoder.decode(in, out, true);
      text.append(out.flip());
      out.clear();
      if (!result.isError()) {
        return text.toString();
      }
      for (int i = 0; i < result.length(); i++) {
        text.append(RootLocale.format("%%%02X", in.get() & 0xff));
      }
      decoder.reset();
    }
  }

  /** Whether {@code text} may stand for bytes that are no valid UTF-8. */
  static boolean mayBeEscaped(String text) {
    for (int i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 1)) {
      if (isEscape(text, i)) {
        return true;
      }
    }
    return false;
  }

  /** Only bytes of 0x80 and above can be invalid. */
  private static boolean isEscape(String text, int at) {
    return at + 2 < text.length()
        && "89ABCDEF".indexOf(text.charAt(at + 1)) >= 0
        && "0123456789ABCDEF".indexOf(text.charAt(at + 2)) >= 0;
  }
}
