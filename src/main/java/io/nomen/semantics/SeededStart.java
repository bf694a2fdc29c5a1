package io.nomen.semantics;

import io.nomen.tensor.Matrix;
import io.nomen.tensor.NearestSums;
import io.nomen.tensor.RowBlock;
import java.io.Serializable;
import java.util.SplittableRandom;

/**
 * A set of first centres: rows of a sample, moved over it by Lloyd's algorithm for a few passes.
 *
 * @param clusters K
 * @param farApart whether the rows are chosen by k-means++; else with equal chances
 * @param seed of the choice
 */
record SeededStart(int clusters, boolean farApart, long seed) implements Serializable {
  /** The finish on all rows goes on from there. */
  private static final int PASSES = 12;

  /** The centres, [K, d] unit rows. */
  Matrix find(Matrix sample) {
    SplittableRandom random = new SplittableRandom(seed);
    Matrix centres =
        sample.select(
            farApart
                ? SeedRows.farApart(sample, clusters, random)
                : SeedRows.any(sample.rows(), clusters, random));
    RowBlock rows = new RowBlock(0, sample.rows(), sample.width(), sample.values());
    for (int pass = 0; pass < PASSES; pass++) {
      LloydTally tally = new LloydTally(1, clusters, sample.width());
      try (NearestSums nearest = new NearestSums(centres, 1)) {
        tally.add(rows, nearest);
      }
      centres = LloydStep.move(centres, tally, 0);
    }
    return centres;
  }
}
