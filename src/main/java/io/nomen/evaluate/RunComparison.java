package io.nomen.evaluate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Two clusterings of the same images.
 *
 * @param nmi agreement in per cent, as {@link Scores}
 * @param ari agreement in per cent, as {@link Scores}
 * @param matches clusters that stand for each other, by the first run's number
 * @param moved rows of the images whose two clusters are not matched to each other
 */
public record RunComparison(double nmi, double ari, List<Match> matches, int[] moved) {

  /**
   * A cluster of the first run and its counterpart in the second.
   *
   * @param common images in both
   */
  public record Match(int first, int second, long common) {}

  /** Compares; both arrays are [n], the same image at the same place. */
  public static RunComparison of(int[] first, int[] second) {
    Contingency table = Contingency.of(second, first);
    int[] matching = table.matching();
    List<Match> matches = new ArrayList<>();
    Map<Integer, Integer> counterpart = new HashMap<>();
    for (int c = 0; c < matching.length; c++) {
      int r = matching[c];
      if (r >= 0 && table.counts()[r][c] > 0) {
        matches.add(new Match(table.clusters()[c], table.labels()[r], table.counts()[r][c]));
        counterpart.put(table.clusters()[c], table.labels()[r]);
      }
    }
    int[] moved =
        IntStream.range(0, first.length)
            .filter(i -> !Integer.valueOf(second[i]).equals(counterpart.get(first[i])))
            .toArray();
    Scores scores = Scores.of(table);
    return new RunComparison(scores.nmi(), scores.ari(), List.copyOf(matches), moved);
  }
}
