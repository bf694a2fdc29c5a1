package io.nomen.tensor;

/**
 * The two 16-bit floating point formats, rounded half to even as PyTorch rounds: IEEE 754 halves (1
 * sign, 5 exponent, 10 fraction bits) and bfloat16 (the upper half of a float). Features travel as
 * halves: they need half the room, and unit vectors lose less than 0.05 % of a number.
 */
public final class HalfFloats {
  private HalfFloats() {}

  /** The bits of the nearest halves; beyond 65,504 that is infinity. */
  public static short[] encode(float[] values) {
    short[] halves = new short[values.length];
    for (int i = 0; i < values.length; i++) {
      halves[i] = encode(values[i]);
    }
    return halves;
  }

  /** The bits of the half nearest to {@code value}. */
  public static short encode(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 16) & 0x8000;
    int magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) {
      return (short) (sign | 0x7e00);
    }
    if (magnitude >= 0x477ff000) {
      return (short) (sign | 0x7c00);
    }
    if (magnitude < 0x38800000) {
      // Too small for an exponent: adding one half's unit in the last place rounds the fraction.
      float shifted = Float.intBitsToFloat(magnitude) + 0.5f;
      return (short) (sign | (Float.floatToRawIntBits(shifted) - 0x3f000000));
    }
    int odd = (magnitude >>> 13) & 1;
    return (short) (sign | ((magnitude - 0x38000000 + 0xfff + odd) >>> 13));
  }

  /** The float that {@code half} stands for, exactly. */
  public static float decode(short half) {
    int sign = (half & 0x8000) << 16;
    int magnitude = half & 0x7fff;
    if (magnitude >= 0x7c00) {
      return Float.intBitsToFloat(sign | 0x7f800000 | ((magnitude & 0x3ff) << 13));
    }
    if (magnitude < 0x400) {
      return Math.copySign(magnitude * 0x1p-24f, sign == 0 ? 1f : -1f);
    }
    return Float.intBitsToFloat(sign | ((magnitude << 13) + 0x38000000));
  }

  /** The bits of the bfloat16 nearest to {@code value}. */
  public static short encodeBf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) 0x7fc0;
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  /** The float that {@code bf16} stands for, exactly. */
  public static float decodeBf16(short bf16) {
    return Float.intBitsToFloat(bf16 << 16);
  }
}
