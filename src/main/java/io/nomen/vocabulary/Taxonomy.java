package io.nomen.vocabulary;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;

/** What is a kind of what, by the numbers of the synsets. */
final class Taxonomy {
  private final int[][] hypernyms;
  private final int[][] hyponyms;

  /** On a shortest way to the root: the hypernym to take, −1 at a root. */
  private final int[] up;

  private final int[] depths;

  /**
   * Builds both directions.
   *
   * @param hypernyms for every synset those right above it
   */
  Taxonomy(int[][] hypernyms) {
    this.hypernyms = hypernyms;
    hyponyms = inverse(hypernyms);
    up = new int[hypernyms.length];
    depths = new int[hypernyms.length];
    findShortestWays();
  }

  int[] hypernyms(int synset) {
    return hypernyms[synset];
  }

  int[] hyponyms(int synset) {
    return hyponyms[synset];
  }

  /** The next synset on a shortest way to the root, −1 at the root. */
  int up(int synset) {
    return up[synset];
  }

  /** Steps on a shortest way to the root. */
  int depth(int synset) {
    return depths[synset];
  }

  /** The synset itself and all above it, nearest first. */
  int[] ancestors(int synset) {
    return reach(new int[] {synset}, hypernyms);
  }

  /** The synset itself and all below it, nearest first. */
  int[] descendants(int synset) {
    return reach(new int[] {synset}, hyponyms);
  }

  private static int[] reach(int[] start, int[][] edges) {
    BitSet seen = new BitSet();
    Deque<Integer> next = new ArrayDeque<>();
    for (int synset : start) {
      seen.set(synset);
      next.add(synset);
    }
    int[] found = new int[16];
    int count = 0;
    while (!next.isEmpty()) {
      int synset = next.remove();
      if (count == found.length) {
        found = Arrays.copyOf(found, 2 * count);
      }
      found[count++] = synset;
      for (int other : edges[synset]) {
        if (!seen.get(other)) {
          seen.set(other);
          next.add(other);
        }
      }
    }
    return Arrays.copyOf(found, count);
  }

  private void findShortestWays() {
    Arrays.fill(up, -1);
    BitSet seen = new BitSet();
    Deque<Integer> next = new ArrayDeque<>();
    for (int s = 0; s < hypernyms.length; s++) {
      if (hypernyms[s].length == 0) {
        next.add(s);
        seen.set(s);
      }
    }
    while (!next.isEmpty()) {
      int synset = next.remove();
      for (int below : hyponyms[synset]) {
        if (!seen.get(below)) {
          seen.set(below);
          up[below] = synset;
          depths[below] = depths[synset] + 1;
          next.add(below);
        }
      }
    }
  }

  private static int[][] inverse(int[][] hypernyms) {
    int[] counts = new int[hypernyms.length];
    Arrays.stream(hypernyms).flatMapToInt(Arrays::stream).forEach(h -> counts[h]++);
    int[][] below = new int[hypernyms.length][];
    Arrays.setAll(below, h -> new int[counts[h]]);
    for (int s = hypernyms.length - 1; s >= 0; s--) {
      for (int h : hypernyms[s]) {
        below[h][--counts[h]] = s;
      }
    }
    return below;
  }
}
