package io.nomen.neighbours;

import java.io.Serializable;

/**
 * The nearest neighbours of consecutive rows.
 *
 * @param firstRow number of the first row in the whole matrix
 * @param rows n, how many rows the block tells of
 * @param count m, neighbours per row
 * @param neighbours [n, m] row numbers, nearest first, the lower row first among equals, the row
 *     itself left out
 * @param similarities [n, m] dot products with those neighbours, in the same order
 */
public record NeighbourBlock(
    long firstRow, int rows, int count, int[] neighbours, float[] similarities)
    implements Serializable {

  public NeighbourBlock {
    if (neighbours.length != rows * count || similarities.length != rows * count) {
      throw new IllegalArgumentException(
          "%d rows with %d neighbours each need %d numbers, not %d and %d"
              .formatted(rows, count, rows * count, neighbours.length, similarities.length));
    }
  }
}
