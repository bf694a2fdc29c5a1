package io.nomen.image;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Counts what lay among the images and is none of them, by kind. Thread-safe. */
public final class LeftOut {
  private final SortedMap<String, Long> counts = new TreeMap<>();

  synchronized void add(String kind) {
    counts.merge(kind, 1L, Long::sum);
  }

  /** How many of each kind so far. */
  public synchronized SortedMap<String, Long> counts() {
    return new TreeMap<>(counts);
  }

  /** {@code "8 annotations and side files, 2 videos and sounds"}; empty for none. */
  public static String words(Map<String, Long> counts) {
    return counts.entrySet().stream()
        .map(kind -> kind.getValue() + " " + kind.getKey())
        .collect(Collectors.joining(", "));
  }
}
