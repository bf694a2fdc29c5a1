package io.nomen.method;

import io.nomen.tensor.Matrix;
import java.util.Arrays;
import java.util.List;

/**
 * SIC's semantic centres.
 *
 * @param rows [K, d], unit rows
 * @param nouns [K] numbers, within the semantic space, of the nouns that each centre is the mean
 *     of, the most telling first
 */
record SicCentres(Matrix rows, List<int[]> nouns) {

  /** The same centres in another order; those that {@code order} lacks are gone. */
  SicCentres ordered(int[] order) {
    return new SicCentres(rows.select(order), Arrays.stream(order).mapToObj(nouns::get).toList());
  }
}
