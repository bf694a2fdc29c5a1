package io.nomen.safetensors;

import io.nomen.tensor.HalfFloats;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** Number formats of stored tensors, little-endian. */
public enum TensorType {
  F64(8),
  F32(4),
  F16(2),
  BF16(2),
  /** A format that no weight of a model has (position ids, counters): may be there, is not read. */
  OTHER_8(8),
  OTHER_4(4),
  OTHER_2(2),
  OTHER_1(1);

  private final int bytes;

  TensorType(int bytes) {
    this.bytes = bytes;
  }

  /** The type by its name in a safetensors header. */
  static Optional<TensorType> named(String name) {
    return switch (name) {
      case "F64", "F32", "F16", "BF16" -> Optional.of(valueOf(name));
      case "I64", "U64" -> Optional.of(OTHER_8);
      case "I32", "U32" -> Optional.of(OTHER_4);
      case "I16", "U16" -> Optional.of(OTHER_2);
      case "I8", "U8", "BOOL", "F8_E4M3", "F8_E5M2" -> Optional.of(OTHER_1);
      default -> Optional.empty();
    };
  }

  /** Bytes of one number. */
  public int bytes() {
    return bytes;
  }

  /** Whether it is one of the formats of floating point that can be read. */
  public boolean isFloat() {
    return this == F64 || this == F32 || this == F16 || this == BF16;
  }

  /**
   * Decodes the numbers of {@code raw}, which holds whole elements of this type.
   *
   * @param at where in {@code values} the first goes
   */
  public void decode(ByteBuffer raw, float[] values, int at) {
    ByteBuffer in = raw.order(ByteOrder.LITTLE_ENDIAN);
    int count = in.remaining() / bytes;
    switch (this) {
      case F32 -> in.asFloatBuffer().get(values, at, count);
      case F64 -> {
        for (int i = 0; i < count; i++) {
          values[at + i] = (float) in.getDouble();
        }
      }
      case F16 -> {
        for (int i = 0; i < count; i++) {
          values[at + i] = HalfFloats.decode(in.getShort());
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          values[at + i] = HalfFloats.decodeBf16(in.getShort());
        }
      }
      default -> throw new IllegalStateException(this + " is not read");
    }
  }

  /** The numbers in {@code raw}. */
  public float[] decode(byte[] raw) {
    float[] values = new float[raw.length / bytes];
    decode(ByteBuffer.wrap(raw), values, 0);
    return values;
  }
}
