package io.nomen.clip;

import io.nomen.tensor.HalfFloats;
import io.nomen.tensor.Precision;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Supplier;

/**
 * One tensor of a TorchScript archive.
 *
 * @param name attribute of the module
 * @param precision the format of its numbers
 * @param values its numbers, row-major, made when it is written
 */
record ArchiveTensor(String name, Precision precision, long[] shape, Supplier<float[]> values) {
  /** The tensor's bytes, little-endian. */
  byte[] bytes() {
    float[] numbers = values.get();
    ByteBuffer out =
        ByteBuffer.allocate(Math.multiplyExact(numbers.length, precision.bytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    switch (precision) {
      case FP32 -> out.asFloatBuffer().put(numbers);
      case BF16 -> {
        for (float number : numbers) {
          out.putShort(HalfFloats.encodeBf16(number));
        }
      }
      case FP16 -> {
        for (float number : numbers) {
          out.putShort(HalfFloats.encode(number));
        }
      }
      case AUTO -> throw new IllegalStateException("the precision is not resolved");
    }
    return out.array();
  }

  long elements() {
    long product = 1;
    for (long extent : shape) {
      product *= extent;
    }
    return product;
  }
}
