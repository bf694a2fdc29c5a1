package io.nomen.kmeans;

import io.nomen.tensor.BlasChoice;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import java.util.Iterator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
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
 * Centres by MLlib's {@code KMeans} (cosine, block solver).
 *
 * <p>MLlib holds its rows in double precision, twice over (as a table for {@code k-means||} and in
 * blocks for the solver). A partition takes about {@value #ROWS_PER_PARTITION} rows: a Spark job
 * costs more than a pass over fewer.
 */
final class MlLibStart {
  private static final int ROWS_PER_PARTITION = 16_384;

  /** Iterations of MLlib's solver; the finish goes on from there, and is quicker. */
  private static final int ITERATIONS = 2;

  private static final String FEATURES = "features";

  private MlLibStart() {}

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
      // Where there are fewer different rows than clusters, Spark 3.5's block solver reads a centre
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
