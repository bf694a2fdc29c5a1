package io.nomen.semantics;

import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Where k-means begins: several sets of centres, found on rows drawn at random.
 *
 * <p>The first set is MLlib's. A Spark job costs more than what it does on so few rows, and one
 * start of MLlib takes a dozen jobs, so all other sets take one, each in a task of its own.
 *
 * <p>Seeds take turns: rows that lie far apart (k-means++, MLlib's {@code k-means||}) find many
 * small separate clusters that random rows miss, but they go for outliers, and where the clusters
 * are fewer and coarser than the data's own they end with a giant and dwarfs, and random rows do
 * better.
 */
final class KMeansStarts {
  /** Most values in the sample: 256 MB on the driver, 512 MB in MLlib's double precision. */
  static final long MAX_SAMPLE_VALUES = 1L << 26;

  /** Fewer rows than this save nothing worth having. */
  static final int LEAST_SAMPLE_ROWS = 2_048;

  /** Seeding far apart takes time with the square of the clusters; more than these are random. */
  static final int MOST_CLUSTERS_FAR_APART = 256;

  private final RowBlocks rows;
  private final int clusters;
  private final KMeansOptions options;
  private final long seed;

  KMeansStarts(RowBlocks rows, int clusters, KMeansOptions options, long seed) {
    this.rows = rows;
    this.clusters = clusters;
    this.options = options;
    this.seed = seed;
  }

  /** The sets, [K, d] unit rows each, in the order of their seeds. */
  List<Matrix> all() {
    long wanted = sampleRows(rows.rows(), rows.width(), clusters, options.rowsPerCluster());
    Matrix sample = SampledRows.draw(rows, wanted, seed).rows();
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(rows.blocks().context());
    Broadcast<Matrix> shared = spark.broadcast(sample);
    try {
      SplittableRandom seeds = new SplittableRandom(seed);
      List<Matrix> starts = new ArrayList<>();
      boolean farApart = clusters <= MOST_CLUSTERS_FAR_APART;
      starts.add(MlLibStart.find(RowBlocks.of(spark, shared), clusters, farApart, seeds));
      List<SeededStart> seeded = seeded(options.restarts() - 1, seeds);
      starts.addAll(
          spark
              .parallelize(seeded, Math.max(1, seeded.size()))
              .map(start -> start.find(shared.value()))
              .collect());
      return starts;
    } finally {
      shared.destroy();
    }
  }

  /** How many rows the sample has, of {@code rows}. */
  static long sampleRows(long rows, int width, int clusters, int rowsPerCluster) {
    long wanted = Math.max((long) clusters * rowsPerCluster, LEAST_SAMPLE_ROWS);
    long bounded = Math.max(Math.min(wanted, MAX_SAMPLE_VALUES / width), 2L * clusters);
    return Math.min(rows, bounded);
  }

  private List<SeededStart> seeded(int count, SplittableRandom seeds) {
    List<SeededStart> seeded = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean farApart = i % 2 == 1 && clusters <= MOST_CLUSTERS_FAR_APART;
      seeded.add(new SeededStart(clusters, farApart, seeds.nextLong()));
    }
    return seeded;
  }
}
