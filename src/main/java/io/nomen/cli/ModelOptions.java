package io.nomen.cli;

import io.nomen.NomenException;
import io.nomen.encode.ModelChoice;
import io.nomen.tensor.Precision;
import picocli.CommandLine.Option;

/** Which CLIP encodes, and how. */
final class ModelOptions {
  @Option(
      names = "--model",
      paramLabel = "DIR|tiny",
      defaultValue = "tiny",
      description =
          "Folder of a checkpoint in Hugging Face's or open_clip's layout, or the bundled model (default: tiny).")
  String model;

  @Option(
      names = "--precision",
      paramLabel = "auto|fp32|bf16|fp16",
      defaultValue = "auto",
      description =
          "Number format of the model's products; auto is fp16 on GPUs, bf16 on CPUs where that is faster, fp32 on others (default: auto).")
  String precision;

  @Option(
      names = "--device",
      paramLabel = "auto|cpu|cuda:N",
      defaultValue = "auto",
      description = "Where the model runs (default: auto).")
  String device;

  @Option(
      names = "--batch-size",
      paramLabel = "IMAGES|auto",
      defaultValue = "auto",
      description = "Images per forward pass (default: auto).")
  String batchSize;

  void check(Violations violations) {
    try {
      Precision.parse(precision);
    } catch (NomenException e) {
      violations.add(e.getMessage());
    }
    violations.require(
        device.matches("auto|cpu|cuda(:\\d{1,3})?"),
        "--device is \"%s\"; give auto, cpu or cuda:N.".formatted(device));
    violations.require(
        batchSize.matches("auto|[1-9]\\d{0,4}"),
        "--batch-size is \"%s\"; give a number from 1 to 99999, or auto.".formatted(batchSize));
  }

  ModelChoice choice() {
    return new ModelChoice(
        model,
        Precision.parse(precision),
        device,
        batchSize.equals("auto") ? 0 : Integer.parseInt(batchSize));
  }
}
