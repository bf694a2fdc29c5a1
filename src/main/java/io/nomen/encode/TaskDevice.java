package io.nomen.encode;

import io.nomen.tensor.TorchDevice;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/** The device of a task: the GPU that Spark gave it, where Spark hands out GPUs. */
public final class TaskDevice {
  private TaskDevice() {}

  public static TorchDevice choose(String choice, TaskContext task) {
    ResourceInformation gpu = task.resourcesJMap().get("gpu");
    return TorchDevice.choose(choice, gpu == null ? List.of() : List.of(gpu.addresses()));
  }
}
