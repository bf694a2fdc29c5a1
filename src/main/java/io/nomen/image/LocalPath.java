package io.nomen.image;

import io.nomen.store.Storage;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Local paths by the bytes of their names. Hadoop's local file system goes through the JVM's file
 * name encoding, which in a container without a locale is ASCII and then loses every other name;
 * these do not depend on it.
 */
final class LocalPath {
  private static final String UNRESERVED = "/-._~";

  private LocalPath() {}

  /** Whether {@code uri}, as {@link Storage#qualify} gives it, is on the local file system. */
  static boolean isLocal(String uri) {
    return uri.startsWith("file:");
  }

  /** The file that {@code uri} names. */
  static Path of(String uri) {
    String name = withoutScheme(uri);
    Path literal = of(name.getBytes(StandardCharsets.UTF_8));
    if (RawName.mayBeEscaped(name) && !Files.exists(literal)) {
      return of(RawName.unescaped(name));
    }
    return literal;
  }

  /** The URI of {@code path} as text: not percent-encoded, as Hadoop writes it. */
  static String uri(Path path) {
    String text = path.toString();
    // This character is what the JVM makes of bytes that it cannot decode.
    if (text.indexOf('\ufffd') < 0) {
      return "file:" + text;
    }
    return "file:" + RawName.text(decoded(path.toUri().getRawPath()));
  }

  private static String withoutScheme(String uri) {
    String path = uri.substring("file:".length());
    return path.startsWith("//") ? path.substring(path.indexOf('/', 2)) : path;
  }

  private static Path of(byte[] name) {
    StringBuilder encoded = new StringBuilder("file:");
    for (byte b : name) {
      boolean plain =
          (b >= 'a' && b <= 'z')
              || (b >= 'A' && b <= 'Z')
              || (b >= '0' && b <= '9')
              || (b > 0 && UNRESERVED.indexOf(b) >= 0);
      if (plain) {
        encoded.append((char) b);
      } else {
        encoded.append('%').append(Character.forDigit(b >> 4 & 15, 16));
        encoded.append(Character.forDigit(b & 15, 16));
      }
    }
    return Path.of(URI.create(encoded.toString()));
  }

  private static byte[] decoded(String rawPath) {
    // toUri marks folders with a slash at the end.
    int end =
        rawPath.endsWith("/") && rawPath.length() > 1 ? rawPath.length() - 1 : rawPath.length();
    byte[] bytes = new byte[end];
    int length = 0;
    for (int i = 0; i < end; i++) {
      if (rawPath.charAt(i) == '%') {
        bytes[length++] = (byte) Integer.parseInt(rawPath.substring(i + 1, i + 3), 16);
        i += 2;
      } else {
        bytes[length++] = (byte) rawPath.charAt(i);
      }
    }
    return Arrays.copyOf(bytes, length);
  }
}
