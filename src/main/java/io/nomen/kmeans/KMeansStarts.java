package io.nomen.kmeans;

import io.nomen.tensor.BlasChoice;
import io.nomen.tensor.InnerProducts;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.clustering.KMeans;
import org.apache.spark.ml.clustering.KMeansModel;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/**
 * Where k-means begins: several sets of centres, found on rows drawn at random.
 *
 * <p>The first set is MLlib's, where that is wanted. A Spark job costs more than what it does on so
 * few rows, and one start of MLlib takes a dozen jobs, so all other sets take one, each in a task
 * of its own.
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
  private final SphericalKMeans.Options options;
  private final long seed;

  KMeansStarts(RowBlocks rows, int clusters, SphericalKMeans.Options options, long seed) {
    this.rows = rows;
    this.clusters = clusters;
    this.options = options;
    this.seed = seed;
  }

  /**
   * The sets, [K, d] unit rows each, that fit the sample best: half of all, and at least as many as
   * shall be finished.
   */
  List<Matrix> best() {
    long wanted = sampleRows(rows.rows(), rows.width(), clusters, options.rowsPerCluster());
    Matrix sample = RowSample.hashed(rows, wanted, seed).rows();
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(rows.blocks().context());
    SplittableRandom seeds = new SplittableRandom(seed);
    Optional<Broadcast<Matrix>> mlLib =
        options.mlLib()
            ? Optional.of(spark.broadcast(mlLib(spark, fewer(sample), seeds)))
            : Optional.empty();
    Broadcast<Matrix> shared = spark.broadcast(sample);
    try {
      List<Start> first = first(mlLib, seeds);
      return spark
          .parallelize(first, first.size())
          .map(start -> start.refined(shared.value()))
          .collect()
          .stream()
          .sorted(Comparator.comparingDouble(Refined::fit).reversed())
          .limit(Math.max(options.finished(), (first.size() + 1) / 2))
          .map(Refined::centres)
          .toList();
    } finally {
      mlLib.ifPresent(Broadcast::destroy);
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

  private List<Start> first(Optional<Broadcast<Matrix>> mlLib, SplittableRandom seeds) {
    List<Start> first = new ArrayList<>();
    mlLib.ifPresent(centres -> first.add(new Start.Found(centres)));
    for (int i = first.size(); i < options.restarts(); i++) {
      boolean farApart = i % 2 == 0 && clusters <= MOST_CLUSTERS_FAR_APART;
      first.add(new Start.Drawn(clusters, farApart, seeds.nextLong()));
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

  /**
   * What came of a start.
   *
   * @param centres [K, d] unit rows
   * @param fit sum of the sample's cosines, a pass earlier
   */
  private record Refined(Matrix centres, double fit) implements Serializable {}

  /** Where one start of k-means begins; it moves over a sample in a task of its own. */
  private sealed interface Start extends Serializable {
    /** Passes over the sample; the finish on all rows goes on from there. */
    int PASSES = 12;

    /** The centres before any move, [K, d] unit rows. */
    Matrix in(Matrix sample);

    /** The centres after some passes of Lloyd's algorithm over {@code sample}. */
    default Refined refined(Matrix sample) {
      Matrix centres = in(sample);
      double fit = 0;
      for (int pass = 0; pass < PASSES; pass++) {
        LloydTally tally = LloydTally.of(sample, centres);
        centres = SphericalKMeans.step(centres, tally, 0);
        fit = tally.cosineSum(0);
      }
      return new Refined(centres, fit);
    }

    /** Centres that something else has found: as a broadcast, for they may be megabytes. */
    record Found(Broadcast<Matrix> centres) implements Start {
      @Override
      public Matrix in(Matrix sample) {
        return centres.value();
      }
    }

    /**
     * Rows of the sample.
     *
     * @param clusters K
     * @param plusPlus whether the rows are chosen by k-means++; else with equal chances
     * @param seed of the choice
     */
    record Drawn(int clusters, boolean plusPlus, long seed) implements Start {
      @Override
      public Matrix in(Matrix sample) {
        SplittableRandom random = new SplittableRandom(seed);
        return sample.select(
            plusPlus
                ? SeedRows.plusPlus(sample, clusters, random)
                : SeedRows.uniform(sample.rows(), clusters, random));
      }
    }
  }

  /** Chooses rows of a small matrix of unit rows as first centres. */
  private static final class SeedRows {
    /** {@code count} different of {@code rows} rows with equal chances. */
    static int[] uniform(int rows, int count, SplittableRandom random) {
      int[] places = new int[rows];
      Arrays.setAll(places, i -> i);
      for (int i = 0; i < count; i++) {
        int other = i + random.nextInt(places.length - i);
        int place = places[other];
        places[other] = places[i];
        places[i] = place;
      }
      return Arrays.copyOf(places, count);
    }

    /**
     * k-means++ (Arthur, Vassilvitskii 2007): every next row with a chance in proportion to its
     * squared distance, 2 − 2 cosine, from the nearest one chosen. Where all rows left are copies
     * of chosen ones, the chances are equal.
     */
    static int[] plusPlus(Matrix rows, int count, SplittableRandom random) {
      int[] chosen = new int[count];
      double[] distances = new double[rows.rows()];
      Arrays.fill(distances, 1);
      try (InnerProducts products = new InnerProducts(rows)) {
        for (int i = 0; i < count; i++) {
          chosen[i] = drawn(distances, random);
          boolean first = i == 0;
          products.of(
              new RowBlock(0, 1, rows.width(), rows.row(chosen[i])),
              (from, one, cosines) -> lower(distances, cosines, first));
          distances[chosen[i]] = 0;
        }
      }
      return chosen;
    }

    private static int drawn(double[] weights, SplittableRandom random) {
      double sum = Arrays.stream(weights).sum();
      if (sum <= 0) {
        return random.nextInt(weights.length);
      }
      double left = random.nextDouble() * sum;
      int place = 0;
      while (place < weights.length - 1 && left >= weights[place]) {
        left -= weights[place++];
      }
      return place;
    }

    private static void lower(double[] distances, float[] cosines, boolean first) {
      for (int i = 0; i < distances.length; i++) {
        double distance = Math.max(0, 1 - cosines[i]);
        distances[i] = first ? distance : Math.min(distances[i], distance);
      }
    }
  }

  /**
   * Centres by MLlib's {@code KMeans} (cosine, block solver).
   *
   * <p>MLlib holds its rows in double precision, twice over (as a table for {@code k-means||} and
   * in blocks for the solver). A partition takes about {@value #ROWS_PER_PARTITION} rows: a Spark
   * job costs more than a pass over fewer.
   */
  private static final class MlLibStart {
    private static final int ROWS_PER_PARTITION = 16_384;

    /** Iterations of MLlib's solver; the finish goes on from there, and is quicker. */
    private static final int ITERATIONS = 2;

    private static final String FEATURES = "features";

    /**
     * Finds centres, [K, d] unit rows.
     *
     * @param rows few enough to hold them in double precision; kept by the caller
     * @param farApart whether the first centres come from {@code k-means||}; else they are random
     */
    static Matrix find(RowBlocks rows, int clusters, boolean farApart, SplittableRandom seeds) {
      BlasChoice.take();
      Dataset<Row> table = table(rows);
      KMeans search =
          new KMeans()
              .setFeaturesCol(FEATURES)
              .setK(clusters)
              .setDistanceMeasure("cosine")
              .setInitMode(farApart ? "k-means||" : "random")
              .setMaxIter(ITERATIONS)
              .setSeed(seeds.nextLong());
      try {
        return matrix(fitted(search, table), clusters, rows.width());
      } finally {
        table.unpersist();
      }
    }

    private static KMeansModel fitted(KMeans search, Dataset<Row> table) {
      try {
        return search.setSolver("block").fit(table);
      } catch (ArrayIndexOutOfBoundsException e) {
        // Where there are fewer different rows than clusters, Spark 3.5's block solver reads a
        // centre
        // that it does not have.
        return search.setSolver("row").fit(table);
      }
    }

    private static Dataset<Row> table(RowBlocks rows) {
      int partitions = Math.toIntExact((rows.rows() + ROWS_PER_PARTITION - 1) / ROWS_PER_PARTITION);
      JavaRDD<Row> vectors = rows.blocks().coalesce(partitions).flatMap(MlLibStart::vectors);
      return SparkSession.active()
          .createDataFrame(vectors, new StructType().add(FEATURES, SQLDataTypes.VectorType()))
          .persist(StorageLevel.MEMORY_AND_DISK());
    }

    private static Iterator<Row> vectors(RowBlock block) {
      BlasChoice.take();
      return IntStream.range(0, block.rows()).mapToObj(i -> vector(block, i)).iterator();
    }

    private static Row vector(RowBlock block, int row) {
      double[] values = new double[block.width()];
      for (int j = 0; j < values.length; j++) {
        values[j] = block.values()[row * block.width() + j];
      }
      return RowFactory.create(Vectors.dense(values));
    }

    /** Where MLlib found fewer than {@code clusters}, the first fills the rest: it ends empty. */
    private static Matrix matrix(KMeansModel model, int clusters, int width) {
      Vector[] found = model.clusterCenters();
      float[] values = new float[clusters * width];
      for (int c = 0; c < clusters; c++) {
        double[] centre = found[c < found.length ? c : 0].toArray();
        for (int j = 0; j < centre.length; j++) {
          values[c * width + j] = (float) centre[j];
        }
      }
      return new Matrix(clusters, width, values).unit();
    }
  }
}
