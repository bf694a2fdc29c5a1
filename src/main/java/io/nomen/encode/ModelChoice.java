package io.nomen.encode;

import io.nomen.run.RunFolder.StageAttempt;
import io.nomen.spark.Sessions;
import io.nomen.tensor.Precision;
import io.nomen.tensor.TorchDevice;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

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
    return taskDevice(Sessions.offersGpus());
  }

  /**
   * The same.
   *
   * @param gpus whether executors have GPUs
   */
  public TorchDevice taskDevice(boolean gpus) {
    return gpus && !device.equals("cpu")
        ? new TorchDevice(TorchDevice.Kind.CUDA, 0)
        : TorchDevice.choose(device, List.of());
  }

  /** The precision of all tasks, settled by the driver so that no machine decides for itself. */
  public Precision taskPrecision() {
    return precision.on(taskDevice());
  }

  /**
   * The same where {@code earlier} has begun or done the work. {@code auto} then stands for what it
   * took: a driver that is started again on another kind of processor goes on with what is there.
   */
  public Precision taskPrecision(Optional<StageAttempt> earlier) {
    Precision suitable = taskPrecision();
    return earlier
        .filter(attempt -> precision == Precision.AUTO)
        .filter(attempt -> attempt.settings().containsKey("precision"))
        // A GPU's fp16 is no format to go on with on a processor.
        .filter(a -> a.done() || taken(a) != Precision.FP16 || suitable == Precision.FP16)
        .map(ModelChoice::taken)
        .orElse(suitable);
  }

  private static Precision taken(StageAttempt attempt) {
    return Precision.parse(attempt.settings().get("precision"));
  }
}
