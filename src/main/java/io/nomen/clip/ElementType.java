package io.nomen.clip;

import io.nomen.tensor.HalfFloats;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** Number formats that checkpoints store weights in, little-endian. */
enum ElementType {
  F32(4),
  F16(2),
  BF16(2),
  /** A format that no weight of a model has (position ids, counters): may be there, is not read. */
  OTHER_8(8),
  OTHER_4(4),
  OTHER_2(2),
  OTHER_1(1);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** The type by its name in a safetensors header. */
  static Optional<ElementType> ofSafetensors(String name) {
    return switch (name) {
      case "F32", "F16", "BF16" -> Optional.of(valueOf(name));
      case "F64", "I64", "U64" -> Optional.of(OTHER_8);
      case "I32", "U32" -> Optional.of(OTHER_4);
      case "I16", "U16" -> Optional.of(OTHER_2);
      case "I8", "U8", "BOOL", "F8_E4M3", "F8_E5M2" -> Optional.of(OTHER_1);
      default -> Optional.empty();
    };
  }

  /** The type by PyTorch's name of a storage. */
  static Optional<ElementType> ofStorage(String name) {
    return switch (name) {
      case "FloatStorage" -> Optional.of(F32);
      case "HalfStorage" -> Optional.of(F16);
      case "BFloat16Storage" -> Optional.of(BF16);
      case "DoubleStorage", "LongStorage" -> Optional.of(OTHER_8);
      case "IntStorage" -> Optional.of(OTHER_4);
      case "ShortStorage" -> Optional.of(OTHER_2);
      case "CharStorage", "ByteStorage", "BoolStorage" -> Optional.of(OTHER_1);
      default -> Optional.empty();
    };
  }

  int bytes() {
    return bytes;
  }

  boolean isWeight() {
    return this == F32 || this == F16 || this == BF16;
  }

  /** The numbers in {@code raw}, which holds whole elements of this type. */
  float[] decode(byte[] raw) {
    ByteBuffer in = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
    float[] values = new float[raw.length / bytes];
    switch (this) {
      case F32 -> in.asFloatBuffer().get(values);
      case F16 -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = HalfFloats.decode(in.getShort(2 * i));
        }
      }
      case BF16 -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = HalfFloats.decodeBf16(in.getShort(2 * i));
        }
      }
      default -> throw new IllegalStateException(this + " holds no weights");
    }
    return values;
  }
}
