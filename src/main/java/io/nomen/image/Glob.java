package io.nomen.image;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.GlobPattern;

/**
 * Hadoop's glob patterns over names, local ones matched as {@link LocalPath} reads them; with what
 * people know from elsewhere: {@code **} for folders at any depth, and {@code {00000..00002}}, by
 * which WebDataset and its relatives name shards.
 */
final class Glob {
  private static final String SIGNS = "*?[{";
  private static final Pattern RANGE = Pattern.compile("\\{(\\d+)[.][.](\\d+)}");
  private static final int MAX_RANGE = 10_000_000;

  private Glob() {}

  static boolean isPattern(String text) {
    return text.chars().anyMatch(c -> SIGNS.indexOf(c) >= 0);
  }

  /** Whether a pattern has a {@code **}; one that does not stand alone is refused. */
  static boolean isDeep(String uri) {
    boolean deep = false;
    for (String name : uri.split("/", -1)) {
      if (name.contains("**") && !name.equals("**")) {
        throw NomenException.usage(
            "%s: \"**\" stands for folders at any depth and alone between slashes, as in **/*.jpg."
                .formatted(uri));
      }
      deep |= name.equals("**");
    }
    return deep;
  }

  /**
   * The names that ranges of numbers stand for, in their order: {@code text} itself without any.
   */
  static List<String> ranges(String text) {
    Matcher range = RANGE.matcher(text);
    if (!range.find()) {
      return List.of(text);
    }
    String from = range.group(1);
    String to = range.group(2);
    long first = number(text, from);
    long last = number(text, to);
    int digits =
        from.startsWith("0") || to.startsWith("0") ? Math.max(from.length(), to.length()) : 1;
    if (Math.abs(last - first) >= MAX_RANGE) {
      throw NomenException.usage(
          "%s stands for more than %d names.".formatted(range.group(), MAX_RANGE));
    }
    List<String> names = new ArrayList<>();
    long step = first <= last ? 1 : -1;
    for (long number = first; number != last + step; number += step) {
      String padded = RootLocale.format("%0" + digits + "d", number);
      names.addAll(ranges(text.substring(0, range.start()) + padded + text.substring(range.end())));
    }
    return names;
  }

  private static long number(String text, String digits) {
    if (digits.length() > 18) {
      throw NomenException.usage("%s: %s is too large a number.".formatted(text, digits));
    }
    return Long.parseLong(digits);
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

  /**
   * Whether a pattern matches a path or a folder above it.
   *
   * @param pattern relative to some folder, with or without {@code **}
   * @param path relative to the same
   */
  static boolean reaches(String pattern, String path) {
    return reaches(names(pattern), names(path));
  }

  private static List<String> names(String path) {
    return Arrays.stream(path.split("/", -1)).filter(name -> !name.isEmpty()).toList();
  }

  private static boolean reaches(List<String> pattern, List<String> path) {
    if (pattern.isEmpty()) {
      return true;
    }
    List<String> rest = pattern.subList(1, pattern.size());
    if (pattern.get(0).equals("**")) {
      for (int skipped = 0; skipped <= path.size(); skipped++) {
        if (reaches(rest, path.subList(skipped, path.size()))) {
          return true;
        }
      }
      return false;
    }
    return !path.isEmpty()
        && new GlobPattern(pattern.get(0)).matches(path.get(0))
        && reaches(rest, path.subList(1, path.size()));
  }

  /** What matches the local pattern {@code uri}, which has no {@code **}, by URI. */
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
