package io.nomen.heads;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * A named tensor inside a flat array.
 *
 * @param name as PyTorch's state dictionary of the same network calls it
 * @param offset where it begins
 * @param shape its dimensions; row-major
 */
public record NamedTensor(String name, int offset, List<Integer> shape) implements Serializable {

  public int size() {
    return shape.stream().reduce(1, Math::multiplyExact);
  }

  public int end() {
    return offset + size();
  }

  public float[] in(float[] flat) {
    return Arrays.copyOfRange(flat, offset, end());
  }
}
