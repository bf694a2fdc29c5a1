package io.nomen.neighbours;

/** How neighbours are searched for. */
public sealed interface Search {
  /** Up to so many rows every row is compared with every other one. */
  long EXACT_LIMIT = 200_000;

  /** Share of the true neighbours that an inverted file must find unless told otherwise. */
  double DEFAULT_RECALL = 0.95;

  /** Every row against every other one: N² products. */
  record Exact() implements Search {}

  /**
   * Rows are kept by the nearest of {@code cells} centres, and compared with those of the nearest
   * cells alone.
   *
   * @param cells how many there are
   * @param recall share of the true neighbours to find, 0 to 1; decides how many cells are searched
   */
  record InvertedFile(int cells, double recall) implements Search {}

  /** Exact up to {@link #EXACT_LIMIT} rows, and by an inverted file of {@code cells} beyond. */
  static Search auto(long rows, int cells) {
    return rows <= EXACT_LIMIT ? new Exact() : new InvertedFile(cells, DEFAULT_RECALL);
  }
}
