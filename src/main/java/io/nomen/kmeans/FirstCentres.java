package io.nomen.kmeans;

import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import java.io.Serializable;
import java.util.SplittableRandom;
import org.apache.spark.broadcast.Broadcast;

/** Where one start of k-means begins; it moves over a sample in a task of its own. */
sealed interface FirstCentres extends Serializable {
  /** Passes over the sample; the finish on all rows goes on from there. */
  int PASSES = 12;

  /** The centres before any move, [K, d] unit rows. */
  Matrix in(Matrix sample);

  /** The centres after some passes of Lloyd's algorithm over {@code sample}. */
  default Moved moved(Matrix sample) {
    RowBlock rows = new RowBlock(0, sample.rows(), sample.width(), sample.values());
    Matrix centres = in(sample);
    double fit = 0;
    for (int pass = 0; pass < PASSES; pass++) {
      LloydTally tally = new LloydTally(1, centres.rows(), centres.width());
      try (NearestSums nearest = new NearestSums(centres, 1)) {
        tally.add(rows, nearest);
      }
      centres = LloydStep.move(centres, tally, 0);
      fit = tally.cosineSum(0);
    }
    return new Moved(centres, fit);
  }

  /**
   * What came of a start.
   *
   * @param centres [K, d] unit rows
   * @param fit sum of the sample's cosines, a pass earlier
   */
  record Moved(Matrix centres, double fit) implements Serializable {}

  /** Centres that something else has found: as a broadcast, for they may be megabytes. */
  record Found(Broadcast<Matrix> centres) implements FirstCentres {
    @Override
    public Matrix in(Matrix sample) {
      return centres.value();
    }
  }

  /**
   * Rows of the sample.
   *
   * @param clusters K
   * @param farApart whether the rows are chosen by k-means++; else with equal chances
   * @param seed of the choice
   */
  record Drawn(int clusters, boolean farApart, long seed) implements FirstCentres {
    @Override
    public Matrix in(Matrix sample) {
      SplittableRandom random = new SplittableRandom(seed);
      return sample.select(
          farApart
              ? SeedRows.farApart(sample, clusters, random)
              : SeedRows.any(sample.rows(), clusters, random));
    }
  }
}
