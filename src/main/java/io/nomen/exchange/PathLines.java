package io.nomen.exchange;

import io.nomen.store.Storage;
import io.nomen.store.StorageFailure;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Paths in a text file, one a line in UTF-8. A path may hold a line's end: newline, carriage return
 * and backslash are written as {@code \n}, {@code \r} and {@code \\}.
 */
final class PathLines {
  private PathLines() {}

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

  static List<String> read(Storage storage, String uri) {
    List<String> paths = new ArrayList<>();
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(storage.open(uri), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        paths.add(plain(line));
      }
    } catch (IOException e) {
      throw StorageFailure.cannot("read", uri, e);
    }
    return paths;
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
