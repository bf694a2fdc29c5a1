package io.nomen.bench;

import com.sun.management.OperatingSystemMXBean;
import io.nomen.kmeans.SphericalKMeans;
import io.nomen.tensor.BlasChoice;
import io.nomen.tensor.InnerProducts;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.TopK;
import io.nomen.tensor.UnitRows;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.clustering.KMeans;
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
 * Spherical k-means beside Spark MLlib's {@code KMeans} (cosine, its faster solver, the same BLAS)
 * on the same rows and cores and with as many passes over all rows at most: processor seconds of
 * the whole fit, and the mean cosine to the nearest centre. Arguments: N, d, K, passes, rounds.
 */
public final class KMeansBenchmark {
  private static final int ROWS_PER_BLOCK = 4_096;

  private KMeansBenchmark() {}

  public static void main(String[] arguments) {
    int[] numbers = Arrays.stream(arguments).mapToInt(Integer::parseInt).toArray();
    int clusters = numbers[2];
    int passes = numbers[3];
    SparkConf conf =
        new SparkConf()
            .setAppName("k-means benchmark")
            .setMaster("local[*]")
            .set("spark.ui.enabled", "false")
            .set("spark.driver.host", "127.0.0.1");
    try (JavaSparkContext spark = new JavaSparkContext(conf)) {
      RowBlocks rows = rows(spark, numbers[0], numbers[1], clusters);
      Dataset<Row> table = table(rows);
      BlasChoice.take();
      SphericalKMeans.Options options = new SphericalKMeans.Options(1, true, 1, passes, 1e-5, 32);
      for (int round = 0; round < numbers[4]; round++) {
        int seed = round;
        report(
            "nomen", rows, () -> SphericalKMeans.fit(rows, clusters, options, seed).best().rows());
        for (String solver : List.of("block", "row")) {
          KMeans search =
              new KMeans()
                  .setK(clusters)
                  .setDistanceMeasure("cosine")
                  .setInitMode("random")
                  .setSolver(solver)
                  .setMaxIter(passes)
                  .setTol(0)
                  .setSeed(seed);
          report(
              "mllib " + solver,
              rows,
              () -> {
                Vector[] centres = search.fit(table).clusterCenters();
                double[] values =
                    Arrays.stream(centres)
                        .flatMapToDouble(c -> Arrays.stream(c.toArray()))
                        .toArray();
                return new Matrix(centres.length, rows.width(), UnitRows.of(values, rows.width()));
              });
        }
      }
    }
  }

  private static void report(String name, RowBlocks rows, Supplier<Matrix> fit) {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long wall = System.nanoTime();
    long start = system.getProcessCpuTime();
    Matrix centres = fit.get();
    double seconds = (system.getProcessCpuTime() - start) / 1e9;
    double elapsed = (System.nanoTime() - wall) / 1e9;
    double objective =
        rows.blocks().map(block -> cosines(block, centres)).reduce(Double::sum) / rows.rows();
    System.out.printf(
        Locale.ROOT,
        "%-12s %8.1f CPU s %8.1f s, mean cosine %.5f, %d centres%n",
        name,
        seconds,
        elapsed,
        objective,
        centres.rows());
  }

  private static double cosines(RowBlock block, Matrix centres) {
    double[] sum = new double[1];
    int count = centres.rows();
    try (InnerProducts products = new InnerProducts(centres)) {
      products.of(
          block,
          (from, rows, cosines) -> {
            for (int i = 0; i < rows; i++) {
              sum[0] += cosines[i * count + TopK.first(cosines, i * count, count)];
            }
          });
    }
    return sum[0];
  }

  /** Unit rows around K directions, the same for the same numbers. */
  private static RowBlocks rows(JavaSparkContext spark, int count, int width, int clusters) {
    int blocks = (count + ROWS_PER_BLOCK - 1) / ROWS_PER_BLOCK;
    JavaRDD<RowBlock> made =
        spark
            .parallelize(IntStream.range(0, blocks).boxed().toList(), blocks)
            .map(block -> block(block, count, width, clusters))
            .persist(StorageLevel.MEMORY_AND_DISK());
    made.count();
    return new RowBlocks(made, count, width);
  }

  private static RowBlock block(int number, int count, int width, int clusters) {
    int first = number * ROWS_PER_BLOCK;
    int rows = Math.min(ROWS_PER_BLOCK, count - first);
    float[] values = new float[rows * width];
    for (int i = 0; i < rows; i++) {
      SplittableRandom noise = new SplittableRandom(first + i);
      SplittableRandom direction = new SplittableRandom(-1 - noise.nextInt(clusters));
      for (int j = 0; j < width; j++) {
        values[i * width + j] = (float) (direction.nextDouble(-1, 1) + noise.nextDouble(-1.5, 1.5));
      }
    }
    UnitRows.normalise(values, width);
    return new RowBlock(first, rows, width, values);
  }

  private static Dataset<Row> table(RowBlocks rows) {
    JavaRDD<Row> vectors =
        rows.blocks()
            .flatMap(
                block ->
                    IntStream.range(0, block.rows())
                        .mapToObj(i -> RowFactory.create(vector(block, i)))
                        .iterator());
    Dataset<Row> table =
        SparkSession.builder()
            .getOrCreate()
            .createDataFrame(vectors, new StructType().add("features", SQLDataTypes.VectorType()))
            .persist(StorageLevel.MEMORY_AND_DISK());
    table.count();
    return table;
  }

  private static Vector vector(RowBlock block, int row) {
    double[] values = new double[block.width()];
    for (int j = 0; j < values.length; j++) {
      values[j] = block.values()[row * block.width() + j];
    }
    return Vectors.dense(values);
  }
}
