package io.nomen.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

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

  /**
   * A float16 tensor, [rows, width], with a copy of {@code parts} of whole rows, one after the
   * other. Each is at most 2 GiB, all that a buffer can show; together they may be more.
   *
   * @param parts IEEE half floats
   */
  public static NDArray ofHalves(NDManager scope, List<short[]> parts, int width) {
    long rows = parts.stream().mapToLong(part -> part.length / width).sum();
    NDArray tensor = scope.create(new Shape(rows, width), DataType.FLOAT16);
    long first = 0;
    for (short[] part : parts) {
      long end = first + part.length / width;
      try (NDArray view = JniUtils.slice((PtNDArray) tensor, 0, first, end, 1)) {
        storage(view).asShortBuffer().put(part);
      }
      first = end;
    }
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

  /** Copies the bits of {@code count} numbers of a 16-bit tensor, from number {@code from} on. */
  public static void read(NDArray tensor, int from, short[] into, int count) {
    storage(tensor).asShortBuffer().get(from, into, 0, count);
  }

  /** Copies an int64 tensor. */
  public static void read(NDArray tensor, long[] into) {
    storage(tensor).asLongBuffer().get(into);
  }

  private static ByteBuffer storage(NDArray tensor) {
    return ((PtNDArray) tensor).toByteBuffer(true).order(ByteOrder.nativeOrder());
  }
}
