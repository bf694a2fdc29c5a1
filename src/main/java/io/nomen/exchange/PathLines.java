package io.nomen.exchange;

import io.nomen.store.Storage;
import io.nomen.store.StorageFailure;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Optional;

/**
 * Paths in a text file, one a line in UTF-8. A path may hold a line's end: newline, carriage return
 * and backslash are written as {@code \n}, {@code \r} and {@code \\}.
 */
final class PathLines implements Iterator<String>, Closeable {
  private final String uri;
  private final BufferedReader in;
  private Optional<String> next;

  /** Opens a file to read its paths one after the other. */
  PathLines(Storage storage, String uri) {
    this.uri = uri;
    in = new BufferedReader(new InputStreamReader(storage.open(uri), StandardCharsets.UTF_8));
    next = line();
  }

  private Optional<String> line() {
    try {
      return Optional.ofNullable(in.readLine()).map(PathLines::plain);
    } catch (IOException e) {
      throw StorageFailure.cannot("read", uri, e);
    }
  }

  @Override
  public boolean hasNext() {
    return next.isPresent();
  }

  @Override
  public String next() {
    String path = next.orElseThrow();
    next = line();
    return path;
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw StorageFailure.cannot("read", uri, e);
    }
  }

  static long count(Storage storage, String uri) {
    try (PathLines lines = new PathLines(storage, uri)) {
      long count = 0;
      for (; lines.hasNext(); count++) {
        lines.next();
      }
      return count;
    }
  }

  static void write(Storage storage, String uri, Iterable<String> paths) {
    try (Writer out =
        new BufferedWriter(
            new OutputStreamWriter(storage.create(uri), StandardCharsets.UTF_8), 1 << 16)) {
      for (String path : paths) {
        out.write(escaped(path));
        out.write('\n');
      }
    } catch (IOException e) {
      throw StorageFailure.cannot("write", uri, e);
    }
  }

  static String escaped(String path) {
    return path.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
  }

  static String plain(String line) {
    StringBuilder path = new StringBuilder(line.length());
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\' && i + 1 < line.length()) {
        i++;
        char escape = line.charAt(i);
        c = escape == 'n' ? '\n' : escape == 'r' ? '\r' : escape;
      }
      path.append(c);
    }
    return path.toString();
  }
}
