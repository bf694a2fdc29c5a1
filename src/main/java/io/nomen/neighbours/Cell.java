package io.nomen.neighbours;

import io.nomen.tensor.RowBlock;
import java.io.Serializable;

/**
 * The rows of one cell of an inverted file.
 *
 * @param id the cell's number
 * @param rows their numbers in the whole matrix, rising
 * @param width d
 * @param values [n, d] the rows themselves
 */
record Cell(int id, int[] rows, int width, float[] values) implements Serializable {

  /** The rows as a block; its row numbers mean nothing. */
  RowBlock block() {
    return new RowBlock(0, rows.length, width, values);
  }
}
