package io.nomen.tensor;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;

/** Opens memory scopes of libtorch for the numeric blocks of this package. */
final class TorchScope {
  private TorchScope() {}

  /** A scope of its own on the CPU; its closing frees all that was made in it. */
  static NDManager open() {
    System.setProperty("ai.djl.pytorch.num_threads", "1");
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    return Engine.getEngine("PyTorch").newBaseManager(Device.cpu());
  }
}
