package io.nomen.kmeans;

import io.nomen.DaemonThreads;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import java.util.SplittableRandom;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A k-means of a few made-up rows beside other work. The first one in a JVM takes seconds, most of
 * them MLlib's, to load and compile what later ones find ready; small inputs wait for little else.
 */
public final class KMeansWarmUp implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KMeansWarmUp.class);
  private static final int ROWS = 256;
  private static final int WIDTH = 16;
  private static final int CLUSTERS = 8;
  private static final int RESTARTS = 3;

  private final Thread thread;

  private KMeansWarmUp(Thread thread) {
    this.thread = thread;
  }

  /** Begins, and returns at once. */
  public static KMeansWarmUp start(JavaSparkContext spark) {
    Thread thread = DaemonThreads.named("k-means warm-up").newThread(() -> run(spark));
    thread.start();
    return new KMeansWarmUp(thread);
  }

  private static void run(JavaSparkContext spark) {
    try {
      SplittableRandom random = new SplittableRandom(0);
      float[] values = new float[ROWS * WIDTH];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextDouble() - 0.5f;
      }
      Matrix rows = new Matrix(ROWS, WIDTH, values).unit();
      RowBlocks blocks = RowBlocks.of(spark, rows.values(), WIDTH);
      SphericalKMeans.Options options = SphericalKMeans.Options.withRestarts(RESTARTS);
      SphericalKMeans.finish(
          blocks, new KMeansStarts(blocks, CLUSTERS, options, 0).best(), options);
    } catch (RuntimeException e) {
      // Whatever is wrong will show where k-means is needed.
      LOG.debug("k-means did not warm up", e);
    }
  }

  /** Waits for its end. */
  @Override
  public void close() {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
