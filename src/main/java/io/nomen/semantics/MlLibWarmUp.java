package io.nomen.semantics;

import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import java.util.SplittableRandom;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A k-means of a few made-up rows beside other work. The first call of MLlib in a JVM takes seconds
 * to load and compile what later calls find ready; that is most of what small inputs wait for.
 */
public final class MlLibWarmUp implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MlLibWarmUp.class);
  private static final int ROWS = 256;
  private static final int WIDTH = 16;
  private static final int CLUSTERS = 8;

  private final Thread thread;

  private MlLibWarmUp(Thread thread) {
    this.thread = thread;
  }

  /** Begins, and returns at once. */
  public static MlLibWarmUp start(JavaSparkContext spark) {
    Thread thread = new Thread(() -> run(spark), "MLlib warm-up");
    thread.setDaemon(true);
    thread.start();
    return new MlLibWarmUp(thread);
  }

  private static void run(JavaSparkContext spark) {
    try {
      SplittableRandom random = new SplittableRandom(0);
      float[] values = new float[ROWS * WIDTH];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextDouble() - 0.5f;
      }
      Matrix rows = new Matrix(ROWS, WIDTH, values).unit();
      MlLibStart.find(RowBlocks.of(spark, rows.values(), WIDTH), CLUSTERS, true, random);
    } catch (RuntimeException e) {
      // Whatever is wrong will show where k-means is needed.
      LOG.debug("MLlib did not warm up", e);
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
