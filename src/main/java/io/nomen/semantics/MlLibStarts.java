package io.nomen.semantics;

import io.nomen.tensor.BlasChoice;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.api.java.JavaRDD;
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
 * Starts of MLlib's {@code KMeans} (cosine, block solver) with one seed each, several at once.
 *
 * <p>MLlib holds its rows in double precision, twice over (as a table for {@code k-means||} and in
 * blocks for the solver), so the number of training rows is bounded: {@code rowsPerCluster} per
 * cluster, and {@value #MAX_TRAINING_VALUES} values in all. A partition takes about {@value
 * #ROWS_PER_PARTITION} rows: a Spark job costs more than a pass over so few, so small inputs are
 * quickest as one partition, and starts beside each other fill the cores.
 *
 * <p>Initial centres take turns: {@code k-means||} finds many small separate clusters that random
 * rows miss, but it goes for outliers, and where the clusters are fewer and coarser than the data's
 * own it ends with a giant and dwarfs, and random rows do better.
 */
final class MlLibStarts {
  /** Most values in the training rows: 512 MB in double precision. */
  static final long MAX_TRAINING_VALUES = 1L << 26;

  static final int ROWS_PER_PARTITION = 16_384;

  /** Fewer training rows than this save nothing worth having. */
  static final int LEAST_TRAINING_ROWS = 2_048;

  /** Iterations of MLlib's solver; the finish on all rows goes on from there, and is quicker. */
  private static final int ITERATIONS = 3;

  /** {@code k-means||} takes time with the square of the clusters; more than these start random. */
  private static final int MOST_PARALLEL_CLUSTERS = 256;

  private static final String FEATURES = "features";
  private static final int STARTS_AT_ONCE = 8;

  private final RowBlocks rows;
  private final int clusters;
  private final KMeansOptions options;
  private final long seed;

  MlLibStarts(RowBlocks rows, int clusters, KMeansOptions options, long seed) {
    this.rows = rows;
    this.clusters = clusters;
    this.options = options;
    this.seed = seed;
  }

  /** The centres of all starts, [K, d] each, in the order of their seeds. */
  List<Matrix> all() {
    BlasChoice.take();
    Dataset<Row> training = training();
    try {
      return starts(training);
    } finally {
      training.unpersist();
    }
  }

  private Dataset<Row> training() {
    long wanted = trainingRows(rows.rows(), rows.width(), clusters, options.rowsPerCluster());
    int partitions =
        Math.toIntExact(Math.max(1, (wanted + ROWS_PER_PARTITION - 1) / ROWS_PER_PARTITION));
    RowSample sample = new RowSample(seed, wanted, rows.rows());
    JavaRDD<Row> vectors =
        rows.blocks().coalesce(partitions).mapPartitions(blocks -> vectors(blocks, sample));
    return SparkSession.active()
        .createDataFrame(vectors, new StructType().add(FEATURES, SQLDataTypes.VectorType()))
        .persist(StorageLevel.MEMORY_AND_DISK());
  }

  /** How many rows MLlib trains on, of {@code rows}. */
  static long trainingRows(long rows, int width, int clusters, int rowsPerCluster) {
    long wanted = Math.max((long) clusters * rowsPerCluster, LEAST_TRAINING_ROWS);
    long bounded = Math.max(Math.min(wanted, MAX_TRAINING_VALUES / width), 2L * clusters);
    return Math.min(rows, bounded);
  }

  private static Iterator<Row> vectors(Iterator<RowBlock> blocks, RowSample sample) {
    BlasChoice.take();
    List<Row> chosen = new ArrayList<>();
    blocks.forEachRemaining(block -> take(block, sample, chosen));
    return chosen.iterator();
  }

  private static void take(RowBlock block, RowSample sample, List<Row> chosen) {
    for (int i = 0; i < block.rows(); i++) {
      if (sample.holds(block.firstRow() + i)) {
        double[] values = new double[block.width()];
        for (int j = 0; j < values.length; j++) {
          values[j] = block.values()[i * block.width() + j];
        }
        chosen.add(RowFactory.create(Vectors.dense(values)));
      }
    }
  }

  private List<Matrix> starts(Dataset<Row> training) {
    int cores = rows.blocks().context().defaultParallelism();
    ExecutorService pool =
        Executors.newFixedThreadPool(Math.min(options.restarts(), Math.min(cores, STARTS_AT_ONCE)));
    try {
      List<Future<Matrix>> running = new ArrayList<>();
      long[] seeds = new SplittableRandom(seed).longs(options.restarts()).toArray();
      for (int i = 0; i < seeds.length; i++) {
        long startSeed = seeds[i];
        String mode = i % 2 == 0 && clusters <= MOST_PARALLEL_CLUSTERS ? "k-means||" : "random";
        running.add(pool.submit(() -> start(training, mode, startSeed)));
      }
      List<Matrix> done = new ArrayList<>();
      for (Future<Matrix> start : running) {
        done.add(start.get());
      }
      return done;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while MLlib looks for centres", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("MLlib's KMeans failed: " + e.getCause(), e.getCause());
    } finally {
      pool.shutdownNow();
    }
  }

  private Matrix start(Dataset<Row> training, String mode, long startSeed) {
    try {
      return start(training, mode, "block", startSeed);
    } catch (ArrayIndexOutOfBoundsException e) {
      // Where there are fewer different rows than clusters, Spark 3.5's block solver reads a centre
      // that it does not have.
      return start(training, mode, "row", startSeed);
    }
  }

  private Matrix start(Dataset<Row> training, String mode, String solver, long startSeed) {
    KMeansModel model =
        new KMeans()
            .setFeaturesCol(FEATURES)
            .setK(clusters)
            .setDistanceMeasure("cosine")
            .setInitMode(mode)
            .setSolver(solver)
            .setMaxIter(ITERATIONS)
            .setSeed(startSeed)
            .fit(training);
    return matrix(model.clusterCenters());
  }

  /** [clusters, d]; where MLlib found fewer, the first one fills the rest: it ends empty there. */
  private Matrix matrix(Vector[] found) {
    float[] values = new float[clusters * rows.width()];
    for (int c = 0; c < clusters; c++) {
      double[] centre = found[c < found.length ? c : 0].toArray();
      for (int j = 0; j < centre.length; j++) {
        values[c * rows.width() + j] = (float) centre[j];
      }
    }
    return new Matrix(clusters, rows.width(), values).unit();
  }
}
