package io.nomen.clip;

import io.nomen.safetensors.SafetensorsReader;
import io.nomen.safetensors.TensorType;
import java.util.Map;
import java.util.TreeMap;

/** Named tensors of a checkpoint, described when opened, read one at a time. */
interface TensorSource {
  /** What is there, by name. */
  Map<String, Stored> tensors();

  /** The numbers of a tensor, row-major. */
  float[] read(String name);

  /** How a tensor is stored. */
  record Stored(TensorType type, long[] shape) {
    long elements() {
      long product = 1;
      for (long extent : shape) {
        product = Math.multiplyExact(product, extent);
      }
      return product;
    }
  }

  /** The tensors of one safetensors file. */
  static TensorSource of(SafetensorsReader file) {
    Map<String, Stored> tensors = new TreeMap<>();
    file.tensors().forEach((name, t) -> tensors.put(name, new Stored(t.type(), t.shape())));
    return new Described(tensors) {
      @Override
      public float[] read(String name) {
        return file.read(name);
      }
    };
  }

  /**
   * The tensors of several files.
   *
   * @param owners for each tensor, the file that holds it
   */
  static TensorSource joined(Map<String, TensorSource> owners) {
    Map<String, Stored> tensors = new TreeMap<>();
    owners.forEach((name, file) -> tensors.put(name, file.tensors().get(name)));
    return new Described(tensors) {
      @Override
      public float[] read(String name) {
        return owners.get(name).read(name);
      }
    };
  }

  /** What both have in common. */
  abstract class Described implements TensorSource {
    private final Map<String, Stored> tensors;

    private Described(Map<String, Stored> tensors) {
      this.tensors = tensors;
    }

    @Override
    public Map<String, Stored> tensors() {
      return tensors;
    }
  }
}
