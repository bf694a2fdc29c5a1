package io.nomen.evaluate;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Finds paths by their ends, however many there are: reversed, they lie side by side in order. */
final class PathEnds {
  private final Map<String, Integer> whole = new HashMap<>();
  private final String[] reversed;
  private final int[] rows;

  PathEnds(List<String> paths) {
    String[] all = paths.stream().map(PathEnds::reverse).toArray(String[]::new);
    rows =
        IntStream.range(0, all.length)
            .boxed()
            .sorted(Comparator.comparing(row -> all[row]))
            .mapToInt(Integer::intValue)
            .toArray();
    reversed = Arrays.stream(rows).mapToObj(row -> all[row]).toArray(String[]::new);
    for (int row = 0; row < all.length; row++) {
      whole.put(paths.get(row), row);
    }
  }

  /** The row of exactly this path, otherwise the rows of all that end with {@code /path}. */
  int[] find(String path) {
    Integer row = whole.get(path);
    if (row != null) {
      return new int[] {row};
    }
    String bare = path.startsWith("./") ? path.substring(2) : path;
    String end = reverse(bare.startsWith("/") ? bare : "/" + bare);
    int from = Arrays.binarySearch(reversed, end);
    int first = from < 0 ? -from - 1 : from;
    int last = first;
    while (last < reversed.length && reversed[last].startsWith(end)) {
      last++;
    }
    return Arrays.stream(rows, first, last).sorted().toArray();
  }

  private static String reverse(String path) {
    return new StringBuilder(path).reverse().toString();
  }
}
