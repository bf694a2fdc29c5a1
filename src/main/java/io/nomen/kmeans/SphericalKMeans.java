package io.nomen.kmeans;

import io.nomen.NomenException;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.UnitRows;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spherical k-means (rows and centres of length 1, cosine), in two parts.
 *
 * <ol>
 *   <li>MLlib's {@code KMeans} (cosine, block solver, {@code k-means||}) finds centres on rows
 *       drawn at random, and further starts, seeded by random rows and by k-means++ in turns, move
 *       over the same rows.
 *   <li>The better half goes on side by side over <em>all</em> rows with Lloyd's algorithm,
 *       products through libtorch in single precision; poor ones fall out on the way, and the rest
 *       go on until a pass gains next to nothing. The greatest mean cosine wins. MLlib's solver
 *       takes no initial model, so this part is ours.
 * </ol>
 *
 * <p>Where several centres want the same rows one of them may end empty: it restarts as a copy of
 * the largest cluster's centre, the two moved apart a little. Where there are fewer different rows
 * than clusters that cannot help, and the result has fewer centres.
 *
 * <p>One seed gives one result: the sample depends on row numbers, MLlib's partitions on the sample
 * alone, and the sums of the finish are the same in any order.
 */
public final class SphericalKMeans {
  private static final Logger LOG = LoggerFactory.getLogger(SphericalKMeans.class);

  private SphericalKMeans() {}

  /**
   * Finds {@code clusters} centres.
   *
   * @param rows [N, d], unit rows; persisted by the caller
   * @throws NomenException (usage) where more clusters are wanted than there are rows; (input)
   *     where a row is zero or not finite
   */
  public static KMeansFit fit(RowBlocks rows, int clusters, KMeansOptions options, long seed) {
    requireSensible(rows, clusters);
    List<Matrix> starts =
        clusters == 1
            ? List.of(firstRow(rows))
            : new KMeansStarts(rows, clusters, options, seed).all();
    KMeansFit fit = new LloydFinish(rows, options).run(starts);
    LOG.info(
        "k-means of {} rows into {} clusters: mean cosine {} after {} passes",
        rows.rows(),
        fit.best().count(),
        fit.best().objective(),
        fit.passes());
    return fit;
  }

  private static void requireSensible(RowBlocks rows, int clusters) {
    if (clusters < 1) {
      throw NomenException.usage(
          "%d clusters are wanted; give a number from 1.".formatted(clusters));
    }
    if (clusters > rows.rows()) {
      throw NomenException.usage(
          "%d clusters are wanted of %d rows; give at most %d."
              .formatted(clusters, rows.rows(), rows.rows()));
    }
    long bad =
        rows.blocks()
            .map(UnitRows::firstWithoutDirection)
            .filter(row -> row >= 0)
            .fold(Long.MAX_VALUE, Math::min);
    if (bad != Long.MAX_VALUE) {
      throw NomenException.input(
          "Row %d of the embeddings is zero or not finite and has no direction; leave it out."
              .formatted(bad));
    }
  }

  private static Matrix firstRow(RowBlocks rows) {
    RowBlock block = rows.blocks().filter(b -> b.rows() > 0).first();
    return new Matrix(block.rows(), block.width(), block.values()).select(new int[] {0});
  }
}
