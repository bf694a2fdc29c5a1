package io.nomen.image;

import io.nomen.store.Storage;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Local paths by the bytes of their names. Hadoop's local file system goes through the JVM's file
 * name encoding, which in a container without a locale is ASCII and then loses every other name;
 * these do not depend on it.
 */
public final class LocalPath {
  private LocalPath() {}

  /** Whether {@code uri}, as {@link Storage#qualify} gives it, is on the local file system. */
  static boolean isLocal(String uri) {
    return uri.startsWith("file:");
  }

  /**
   * The file that {@code uri} names.
   *
   * @param uri with the scheme {@code file}, as {@link RawImage} has it
   */
  public static Path of(String uri) {
    String name = withoutScheme(uri);
    boolean plain = name.chars().allMatch(c -> c < 0x80) && !EscapedName.mayBeEscaped(name);
    try {
      Path literal = Path.of(name);
      return plain || Files.exists(literal, LinkOption.NOFOLLOW_LINKS)
          ? literal
          : search(name, literal);
    } catch (InvalidPathException e) {
      // The JVM cannot encode it in its locale: only a listing can give it.
      return search(name, Path.of(name.replaceAll("[^\\x01-\\x7f]", "?")));
    }
  }

  /** Paths of undecodable bytes come from listings only: Java makes none from text. */
  private static Path search(String name, Path otherwise) {
    int slash = name.lastIndexOf('/');
    Path folder = of("file:" + (slash == 0 ? "/" : name.substring(0, slash)));
    String wanted = name.substring(slash + 1);
    try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
      for (Path child : children) {
        String uri = uri(child);
        if (uri.substring(uri.lastIndexOf('/') + 1).equals(wanted)) {
          return child;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // What is not there is reported by whoever opens it.
      return otherwise;
    }
    return otherwise;
  }

  /** The URI of {@code path} as text: not percent-encoded, as Hadoop writes it. */
  static String uri(Path path) {
    String text = path.toString();
    // This character is what the JVM makes of bytes that it cannot decode.
    if (text.indexOf('\ufffd') < 0) {
      return "file:" + text;
    }
    return "file:" + EscapedName.text(decoded(path.toUri().getRawPath()));
  }

  private static String withoutScheme(String uri) {
    String path = uri.substring("file:".length());
    return path.startsWith("//") ? path.substring(path.indexOf('/', 2)) : path;
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
