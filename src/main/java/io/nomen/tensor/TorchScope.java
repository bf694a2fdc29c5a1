package io.nomen.tensor;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import org.apache.spark.SparkEnv;

/** Opens memory scopes of libtorch. */
public final class TorchScope {
  private TorchScope() {}

  /** A scope on the CPU, with libtorch started; closing it frees all that was made in it. */
  public static NDManager open() {
    start();
    return Engine.getEngine("PyTorch").newBaseManager(Device.cpu());
  }

  /**
   * A task has as many threads as Spark gives it cores. The driver has no more: in local mode it is
   * the JVM of the tasks, and threads that wait for each other on taken cores lose more than they
   * gain.
   */
  static void start() {
    Torch.start(SparkEnv.get() == null ? 1 : SparkEnv.get().conf().getInt("spark.task.cpus", 1));
  }
}
