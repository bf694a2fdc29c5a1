package io.nomen.exchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How a file stores one number.
 *
 * @param bytes 1, 2, 4 or 8
 */
record StoredNumber(Kind kind, int bytes, ByteOrder order) {

  enum Kind {
    /** IEEE 754 of 2, 4 or 8 bytes. */
    FLOAT,
    /** The upper half of a float of 4 bytes. */
    BFLOAT16,
    SIGNED,
    UNSIGNED
  }

  /** Takes the next number of {@code buffer}, whose order is this one's. */
  double next(ByteBuffer buffer) {
    return switch (kind) {
      case FLOAT ->
          switch (bytes) {
            case 2 -> half(buffer.getShort());
            case 4 -> buffer.getFloat();
            default -> buffer.getDouble();
          };
      case BFLOAT16 -> Float.intBitsToFloat(buffer.getShort() << 16);
      case SIGNED ->
          switch (bytes) {
            case 1 -> buffer.get();
            case 2 -> buffer.getShort();
            case 4 -> buffer.getInt();
            default -> buffer.getLong();
          };
      case UNSIGNED ->
          switch (bytes) {
            case 1 -> Byte.toUnsignedInt(buffer.get());
            case 2 -> Short.toUnsignedInt(buffer.getShort());
            case 4 -> Integer.toUnsignedLong(buffer.getInt());
            default -> buffer.getLong();
          };
    };
  }

  /** IEEE 754 binary16. */
  private static float half(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = (bits >> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    if (exponent == 0) {
      float magnitude = fraction * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    int wide = exponent == 31 ? 0xff : exponent + 112;
    return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
  }
}
