package io.nomen.tensor;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;

/** Opens memory scopes of libtorch for the numeric blocks of this package. */
final class TorchScope {
  private TorchScope() {}

  /** A scope of its own on the CPU; its closing frees all that was made in it. */
  static NDManager open() {
    start();
    return Engine.getEngine("PyTorch").newBaseManager(Device.cpu());
  }

  /** A task has as many threads as Spark gives it cores; other tasks have the rest. */
  static void start() {
    if (TaskContext.get() == null) {
      Torch.start();
    } else {
      Torch.start(SparkEnv.get().conf().getInt("spark.task.cpus", 1));
    }
  }
}
