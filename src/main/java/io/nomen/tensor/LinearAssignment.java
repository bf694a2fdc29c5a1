package io.nomen.tensor;

import java.util.Arrays;

/**
 * Optimal one-to-one assignment in a rectangular cost matrix, by shortest augmenting paths with
 * potentials (Jonker and Volgenant 1987; the rectangular form of Crouse 2016). O(n² m) for n rows
 * and m ≥ n columns at worst.
 */
public final class LinearAssignment {
  private static final int NONE = -1;

  private final double[][] cost;
  private final int columns;
  private final double[] rowPotential;
  private final double[] columnPotential;
  private final int[] columnOf;
  private final int[] rowOf;
  private final double[] distance;
  private final int[] previousRow;
  private final boolean[] rowDone;
  private final boolean[] columnDone;
  private final int[] open;

  private LinearAssignment(double[][] cost) {
    this.cost = cost;
    int rows = cost.length;
    columns = cost[0].length;
    rowPotential = new double[rows];
    columnPotential = new double[columns];
    columnOf = new int[rows];
    rowOf = new int[columns];
    distance = new double[columns];
    previousRow = new int[columns];
    rowDone = new boolean[rows];
    columnDone = new boolean[columns];
    open = new int[columns];
    Arrays.fill(columnOf, NONE);
    Arrays.fill(rowOf, NONE);
  }

  /**
   * Pairs rows with columns so that the sum of costs is smallest.
   *
   * @param cost [n, m], finite
   * @return the column of each row; −1 for rows left over where n is greater than m
   */
  public static int[] minimise(double[][] cost) {
    int rows = cost.length;
    if (rows == 0) {
      return new int[0];
    }
    requireFinite(cost);
    int columns = cost[0].length;
    if (columns == 0) {
      int[] none = new int[rows];
      Arrays.fill(none, NONE);
      return none;
    }
    if (rows > columns) {
      LinearAssignment transposed = new LinearAssignment(transpose(cost));
      transposed.solve();
      return transposed.rowOf;
    }
    LinearAssignment assignment = new LinearAssignment(cost);
    assignment.solve();
    return assignment.columnOf;
  }

  /** As {@link #minimise}, with the sum as great as possible. */
  public static int[] maximise(double[][] gain) {
    double[][] cost = new double[gain.length][];
    Arrays.setAll(cost, r -> Arrays.stream(gain[r]).map(v -> -v).toArray());
    return minimise(cost);
  }

  private void solve() {
    for (int row = 0; row < cost.length; row++) {
      augment(row, shortestPath(row));
    }
  }

  /** Dijkstra over reduced costs from an unassigned row; the free column where it ends. */
  private int shortestPath(int start) {
    Arrays.fill(distance, Double.POSITIVE_INFINITY);
    Arrays.fill(rowDone, false);
    Arrays.fill(columnDone, false);
    Arrays.setAll(open, c -> c);
    int openCount = columns;
    int row = start;
    double reached = 0;
    while (true) {
      rowDone[row] = true;
      int nearest = relax(row, reached, openCount);
      int column = open[nearest];
      reached = distance[column];
      columnDone[column] = true;
      open[nearest] = open[--openCount];
      if (rowOf[column] == NONE) {
        updatePotentials(start, reached);
        return column;
      }
      row = rowOf[column];
    }
  }

  /** Shortens distances through {@code row}; the place in {@code open} of the nearest column. */
  private int relax(int row, double reached, int openCount) {
    double[] costs = cost[row];
    double base = reached - rowPotential[row];
    int nearest = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < openCount; i++) {
      int column = open[i];
      double through = base + costs[column] - columnPotential[column];
      if (through < distance[column]) {
        distance[column] = through;
        previousRow[column] = row;
      }
      double d = distance[column];
      if (d < least || (d == least && rowOf[column] == NONE && rowOf[open[nearest]] != NONE)) {
        least = d;
        nearest = i;
      }
    }
    return nearest;
  }

  private void updatePotentials(int start, double reached) {
    rowPotential[start] += reached;
    for (int row = 0; row < cost.length; row++) {
      if (rowDone[row] && row != start) {
        rowPotential[row] += reached - distance[columnOf[row]];
      }
    }
    for (int column = 0; column < columns; column++) {
      if (columnDone[column]) {
        columnPotential[column] -= reached - distance[column];
      }
    }
  }

  private void augment(int start, int end) {
    int column = end;
    int row;
    do {
      row = previousRow[column];
      rowOf[column] = row;
      int next = columnOf[row];
      columnOf[row] = column;
      column = next;
    } while (row != start);
  }

  private static void requireFinite(double[][] cost) {
    for (int r = 0; r < cost.length; r++) {
      if (cost[r].length != cost[0].length) {
        throw new IllegalArgumentException(
            "row %d has %d costs, row 0 has %d".formatted(r, cost[r].length, cost[0].length));
      }
      for (double c : cost[r]) {
        if (!Double.isFinite(c)) {
          throw new IllegalArgumentException("row %d holds the cost %s".formatted(r, c));
        }
      }
    }
  }

  private static double[][] transpose(double[][] matrix) {
    double[][] turned = new double[matrix[0].length][matrix.length];
    for (int r = 0; r < matrix.length; r++) {
      for (int c = 0; c < turned.length; c++) {
        turned[c][r] = matrix[r][c];
      }
    }
    return turned;
  }
}
