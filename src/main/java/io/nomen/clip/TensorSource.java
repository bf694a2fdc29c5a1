package io.nomen.clip;

import java.util.Map;

/** Named tensors of a checkpoint, described when opened, read one at a time. */
sealed interface TensorSource permits Safetensors, ShardedTensors, PickleCheckpoint {
  /** What is there, by name. */
  Map<String, Stored> tensors();

  /** The numbers of a tensor, row-major. */
  float[] read(String name);

  /** How a tensor is stored. */
  record Stored(ElementType type, long[] shape) {
    long elements() {
      long product = 1;
      for (long extent : shape) {
        product = Math.multiplyExact(product, extent);
      }
      return product;
    }
  }
}
