package io.nomen.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Moves numbers between Java arrays and libtorch's memory without a buffer in between: a tensor's
 * storage is seen as a direct buffer and copied once.
 *
 * <p>Every method wants a contiguous tensor on the CPU.
 */
public final class NativeFloats {
  private NativeFloats() {}

  /** A float32 tensor of {@code shape} with a copy of {@code values}. */
  public static NDArray of(NDManager scope, float[] values, long... shape) {
    NDArray tensor = scope.create(new Shape(shape), DataType.FLOAT32);
    write(tensor, values, 0, values.length);
    return tensor;
  }

  /** A float32 tensor [rows, width] with a copy of consecutive rows of {@code matrix}. */
  public static NDArray rows(NDManager scope, float[] matrix, int firstRow, int rows, int width) {
    NDArray tensor = scope.create(new Shape(rows, width), DataType.FLOAT32);
    write(tensor, matrix, firstRow * width, rows * width);
    return tensor;
  }

  /** An int64 tensor of {@code shape} with a copy of {@code values}. */
  public static NDArray of(NDManager scope, long[] values, long... shape) {
    NDArray tensor = scope.create(new Shape(shape), DataType.INT64);
    storage(tensor).asLongBuffer().put(values);
    return tensor;
  }

  /** A float16 tensor of {@code shape}; {@code bits} are IEEE half floats. */
  public static NDArray ofHalves(NDManager scope, short[] bits, long... shape) {
    NDArray tensor = scope.create(new Shape(shape), DataType.FLOAT16);
    storage(tensor).asShortBuffer().put(bits);
    return tensor;
  }

  /** Replaces the first {@code count} numbers of a float32 tensor. */
  public static void write(NDArray tensor, float[] values, int from, int count) {
    storage(tensor).asFloatBuffer().put(values, from, count);
  }

  /** Copies {@code count} numbers of a float32 tensor, from number {@code from} on. */
  public static void read(NDArray tensor, int from, float[] into, int count) {
    storage(tensor).asFloatBuffer().get(from, into, 0, count);
  }

  /** Copies an int64 tensor. */
  public static void read(NDArray tensor, long[] into) {
    storage(tensor).asLongBuffer().get(into);
  }

  private static ByteBuffer storage(NDArray tensor) {
    return ((PtNDArray) tensor).toByteBuffer(true).order(ByteOrder.nativeOrder());
  }
}
