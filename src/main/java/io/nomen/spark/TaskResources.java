package io.nomen.spark;

import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * What every task of this process's job gets, as spark-submit was told; known before any session.
 */
public final class TaskResources {
  private TaskResources() {}

  /** Whether executors have GPUs, which the driver, often on a smaller machine, cannot see. */
  public static boolean gpus() {
    return gpus(new SparkConf());
  }

  /** The same for a session that is there. */
  public static boolean gpus(SparkConf conf) {
    return conf.contains("spark.task.resource.gpu.amount")
        || conf.contains("spark.executor.resource.gpu.amount");
  }

  /** Threads of a task: its cores on a cluster, its share of this machine where Spark is local. */
  public static int threads(JavaSparkContext spark) {
    return spark.isLocal()
        ? Math.max(1, Runtime.getRuntime().availableProcessors() / spark.defaultParallelism())
        : spark.getConf().getInt("spark.task.cpus", 1);
  }
}
