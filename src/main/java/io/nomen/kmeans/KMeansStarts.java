package io.nomen.kmeans;

import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
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

  /**
   * The sets, [K, d] unit rows each, that fit the sample best: half of all, and at least as many as
   * shall be finished.
   */
  List<Matrix> all() {
    long wanted = sampleRows(rows.rows(), rows.width(), clusters, options.rowsPerCluster());
    Matrix sample = SampledRows.draw(rows, wanted, seed).rows();
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(rows.blocks().context());
    SplittableRandom seeds = new SplittableRandom(seed);
    Broadcast<Matrix> mlLib = spark.broadcast(mlLib(spark, fewer(sample), seeds));
    Broadcast<Matrix> shared = spark.broadcast(sample);
    try {
      List<FirstCentres> first = first(mlLib, seeds);
      return spark
          .parallelize(first, first.size())
          .map(start -> start.moved(shared.value()))
          .collect()
          .stream()
          .sorted(Comparator.comparingDouble(FirstCentres.Moved::fit).reversed())
          .limit(Math.max(options.finished(), (first.size() + 1) / 2))
          .map(FirstCentres.Moved::centres)
          .toList();
    } finally {
      mlLib.destroy();
      shared.destroy();
    }
  }

  /** How many rows the sample has, of {@code rows}. */
  static long sampleRows(long rows, int width, int clusters, int rowsPerCluster) {
    long wanted = Math.max((long) clusters * rowsPerCluster, LEAST_SAMPLE_ROWS);
    long bounded = Math.max(Math.min(wanted, MAX_SAMPLE_VALUES / width), 2L * clusters);
    return Math.min(rows, bounded);
  }

  private Matrix mlLib(JavaSparkContext spark, Matrix sample, SplittableRandom seeds) {
    RowBlocks spread = RowBlocks.of(spark, sample.values(), sample.width());
    return MlLibStart.find(spread, clusters, clusters <= MOST_CLUSTERS_FAR_APART, seeds);
  }

  private List<FirstCentres> first(Broadcast<Matrix> mlLib, SplittableRandom seeds) {
    List<FirstCentres> first = new ArrayList<>();
    first.add(new FirstCentres.Found(mlLib));
    for (int i = 1; i < options.restarts(); i++) {
      boolean farApart = i % 2 == 0 && clusters <= MOST_CLUSTERS_FAR_APART;
      first.add(new FirstCentres.Drawn(clusters, farApart, seeds.nextLong()));
    }
    return first;
  }

  /** Every other row where there are plenty: for MLlib, which takes its time. */
  private Matrix fewer(Matrix sample) {
    int half = sample.rows() / 2;
    return half < Math.max(LEAST_SAMPLE_ROWS, 2 * clusters)
        ? sample
        : sample.select(IntStream.range(0, half).map(i -> 2 * i).toArray());
  }
}
