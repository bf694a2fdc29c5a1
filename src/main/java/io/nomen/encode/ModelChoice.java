package io.nomen.encode;

import io.nomen.spark.TaskResources;
import io.nomen.tensor.Precision;
import io.nomen.tensor.TorchDevice;
import java.io.Serializable;
import java.util.List;

/**
 * Which CLIP a job uses, as the user asked for it.
 *
 * @param location {@code tiny}, or a checkpoint's folder
 * @param device {@code auto|cpu|cuda:N}, resolved where the work is done
 * @param batchSize images per forward pass; 0 lets the encoder choose
 */
public record ModelChoice(String location, Precision precision, String device, int batchSize)
    implements Serializable {

  /** Where tasks will work, as far as the driver can tell: it has often no GPU itself. */
  public TorchDevice taskDevice() {
    return TaskResources.gpus() && !device.equals("cpu")
        ? new TorchDevice(TorchDevice.Kind.CUDA, 0)
        : TorchDevice.choose(device, List.of());
  }

  /** The precision of all tasks, settled by the driver so that no machine decides for itself. */
  public Precision taskPrecision() {
    return precision.on(taskDevice());
  }
}
