package io.nomen.image;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.fs.GlobPattern;

/** Hadoop's glob patterns over local names, which are matched as {@link LocalPath} reads them. */
final class Glob {
  private static final String SIGNS = "*?[{";

  private Glob() {}

  static boolean isPattern(String text) {
    return text.chars().anyMatch(c -> SIGNS.indexOf(c) >= 0);
  }

  /** The part of a pattern's path before the first name that has a sign in it. */
  static String folder(String uri) {
    int sign = 0;
    while (sign < uri.length() && SIGNS.indexOf(uri.charAt(sign)) < 0) {
      sign++;
    }
    int slash = uri.lastIndexOf('/', sign);
    return slash <= "file:".length() ? uri.substring(0, slash + 1) : uri.substring(0, slash);
  }

  /** What matches the local pattern {@code uri}, by URI. */
  static List<Path> local(String uri) throws IOException {
    String start = folder(uri);
    List<Path> found = List.of(LocalPath.of(start));
    String rest = uri.substring(start.length());
    for (String name : rest.split("/", -1)) {
      if (!name.isEmpty()) {
        found = step(found, name);
      }
    }
    return found.stream().sorted(Comparator.comparing(LocalPath::uri)).toList();
  }

  private static List<Path> step(List<Path> folders, String name) throws IOException {
    List<Path> next = new ArrayList<>();
    GlobPattern pattern = new GlobPattern(name);
    for (Path folder : folders) {
      if (!Files.isDirectory(folder)) {
        continue;
      }
      try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
        for (Path child : stream) {
          String uri = LocalPath.uri(child);
          if (pattern.matches(uri.substring(uri.lastIndexOf('/') + 1))) {
            next.add(child);
          }
        }
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
    }
    return next;
  }
}
