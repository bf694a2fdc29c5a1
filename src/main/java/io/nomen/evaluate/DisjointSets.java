package io.nomen.evaluate;

/**
 * Groups of rows, joined pair by pair (union-find). A group is known by its lowest row, so that the
 * order of the pairs does not matter.
 */
final class DisjointSets {
  private final int[] parent;

  DisjointSets(int rows) {
    parent = new int[rows];
    for (int row = 0; row < rows; row++) {
      parent[row] = row;
    }
  }

  /** The lowest row of the group that holds {@code row}. */
  int first(int row) {
    int at = row;
    while (parent[at] != at) {
      // Every second step of the way is cut short: long chains are walked once.
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  }

  void join(int one, int other) {
    int a = first(one);
    int b = first(other);
    parent[Math.max(a, b)] = Math.min(a, b);
  }
}
