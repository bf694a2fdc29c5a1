package io.nomen.image;

import java.util.Arrays;

/**
 * The inverse cosine transform of one block, into unsigned samples.
 *
 * <p>At full size it is the integer transform of Loeffler, Ligtenberg and Moschytz (ICASSP 1989) at
 * libjpeg's "islow" precision, so that samples equal libjpeg's. At 1/2, 1/4 and 1/8 it gives the
 * means of 2 x 2, 4 x 4 and 8 x 8 samples, straight from the coefficients.
 */
final class JpegIdct {
  private static final int CONST_BITS = 13;
  private static final int PASS_BITS = 2;
  private static final int FIRST_SHIFT = CONST_BITS - PASS_BITS;
  private static final int FIRST_HALF = 1 << (FIRST_SHIFT - 1);
  private static final int SECOND_SHIFT = CONST_BITS + PASS_BITS + 3;
  // The level shift of 128 is added together with the rounding.
  private static final int SECOND_HALF = (1 << (SECOND_SHIFT - 1)) + (128 << SECOND_SHIFT);

  private static final int C0_298 = 2446;
  private static final int C0_390 = 3196;
  private static final int C0_541 = 4433;
  private static final int C0_765 = 6270;
  private static final int C0_899 = 7373;
  private static final int C1_175 = 9633;
  private static final int C1_501 = 12299;
  private static final int C1_847 = 15137;
  private static final int C1_961 = 16069;
  private static final int C2_053 = 16819;
  private static final int C2_562 = 20995;
  private static final int C3_072 = 25172;

  private final int[] work = new int[64];
  private final float[] half = new float[32];
  private final float[][] means = {null, null, meanBasis(2), null, meanBasis(4)};

  /** {@code [n, 8]}: the basis of eight samples, averaged over runs of 8/n. */
  private static float[] meanBasis(int n) {
    float[] basis = new float[8 * n];
    for (int k = 0; k < 8; k++) {
      double norm = k == 0 ? Math.sqrt(0.125) : 0.5;
      for (int x = 0; x < 8; x++) {
        double value = norm * Math.cos((2 * x + 1) * k * Math.PI / 16);
        basis[x * n / 8 * 8 + k] += (float) (value * n / 8);
      }
    }
    return basis;
  }

  /** Writes {@code side * side} samples of the dequantised {@code block} to {@code out}. */
  void transform(int[] block, int side, byte[] out, int at, int stride) {
    switch (side) {
      case 8 -> {
        columns(block);
        rows(out, at, stride);
      }
      case 1 -> out[at] = clamp(((block[0] + 4) >> 3) + 128);
      default -> reduced(block, side, out, at, stride);
    }
  }

  /** The block whose only coefficient is the mean. */
  static void flat(int dc, int side, byte[] out, int at, int stride) {
    byte value = clamp((((dc << PASS_BITS) + 16) >> 5) + 128);
    for (int y = 0; y < side; y++) {
      Arrays.fill(out, at + y * stride, at + y * stride + side, value);
    }
  }

  private void reduced(int[] block, int side, byte[] out, int at, int stride) {
    float[] basis = means[side];
    for (int y = 0; y < side; y++) {
      for (int column = 0; column < 8; column++) {
        float sum = 0;
        for (int k = 0; k < 8; k++) {
          sum += basis[8 * y + k] * block[8 * k + column];
        }
        half[8 * y + column] = sum;
      }
    }
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        float sum = 128.5f;
        for (int k = 0; k < 8; k++) {
          sum += basis[8 * x + k] * half[8 * y + k];
        }
        out[at + y * stride + x] = clamp((int) Math.floor(sum));
      }
    }
  }

  private void columns(int[] in) {
    int[] w = work;
    for (int i = 0; i < 8; i++) {
      if ((in[i + 8] | in[i + 16] | in[i + 24] | in[i + 32] | in[i + 40] | in[i + 48] | in[i + 56])
          == 0) {
        int dc = in[i] << PASS_BITS;
        for (int j = i; j < 64; j += 8) {
          w[j] = dc;
        }
        continue;
      }
      int z1 = (in[i + 16] + in[i + 48]) * C0_541;
      int even2 = z1 - in[i + 48] * C1_847;
      int even3 = z1 + in[i + 16] * C0_765;
      int even0 = ((in[i] + in[i + 32]) << CONST_BITS) + FIRST_HALF;
      int even1 = ((in[i] - in[i + 32]) << CONST_BITS) + FIRST_HALF;
      int a0 = even0 + even3;
      int a3 = even0 - even3;
      int a1 = even1 + even2;
      int a2 = even1 - even2;

      int o0 = in[i + 56];
      int o1 = in[i + 40];
      int o2 = in[i + 24];
      int o3 = in[i + 8];
      int z5 = (o0 + o2 + o1 + o3) * C1_175;
      int z3 = z5 - (o0 + o2) * C1_961;
      int z4 = z5 - (o1 + o3) * C0_390;
      int y1 = (o0 + o3) * -C0_899;
      int y2 = (o1 + o2) * -C2_562;
      int b0 = o0 * C0_298 + y1 + z3;
      int b1 = o1 * C2_053 + y2 + z4;
      int b2 = o2 * C3_072 + y2 + z3;
      int b3 = o3 * C1_501 + y1 + z4;

      w[i] = (a0 + b3) >> FIRST_SHIFT;
      w[i + 56] = (a0 - b3) >> FIRST_SHIFT;
      w[i + 8] = (a1 + b2) >> FIRST_SHIFT;
      w[i + 48] = (a1 - b2) >> FIRST_SHIFT;
      w[i + 16] = (a2 + b1) >> FIRST_SHIFT;
      w[i + 40] = (a2 - b1) >> FIRST_SHIFT;
      w[i + 24] = (a3 + b0) >> FIRST_SHIFT;
      w[i + 32] = (a3 - b0) >> FIRST_SHIFT;
    }
  }

  private void rows(byte[] out, int start, int stride) {
    int[] w = work;
    int at = start;
    for (int i = 0; i < 64; i += 8) {
      int z1 = (w[i + 2] + w[i + 6]) * C0_541;
      int even2 = z1 - w[i + 6] * C1_847;
      int even3 = z1 + w[i + 2] * C0_765;
      int even0 = ((w[i] + w[i + 4]) << CONST_BITS) + SECOND_HALF;
      int even1 = ((w[i] - w[i + 4]) << CONST_BITS) + SECOND_HALF;
      int a0 = even0 + even3;
      int a3 = even0 - even3;
      int a1 = even1 + even2;
      int a2 = even1 - even2;

      int o0 = w[i + 7];
      int o1 = w[i + 5];
      int o2 = w[i + 3];
      int o3 = w[i + 1];
      int z5 = (o0 + o2 + o1 + o3) * C1_175;
      int z3 = z5 - (o0 + o2) * C1_961;
      int z4 = z5 - (o1 + o3) * C0_390;
      int y1 = (o0 + o3) * -C0_899;
      int y2 = (o1 + o2) * -C2_562;
      int b0 = o0 * C0_298 + y1 + z3;
      int b1 = o1 * C2_053 + y2 + z4;
      int b2 = o2 * C3_072 + y2 + z3;
      int b3 = o3 * C1_501 + y1 + z4;

      out[at] = clamp((a0 + b3) >> SECOND_SHIFT);
      out[at + 7] = clamp((a0 - b3) >> SECOND_SHIFT);
      out[at + 1] = clamp((a1 + b2) >> SECOND_SHIFT);
      out[at + 6] = clamp((a1 - b2) >> SECOND_SHIFT);
      out[at + 2] = clamp((a2 + b1) >> SECOND_SHIFT);
      out[at + 5] = clamp((a2 - b1) >> SECOND_SHIFT);
      out[at + 3] = clamp((a3 + b0) >> SECOND_SHIFT);
      out[at + 4] = clamp((a3 - b0) >> SECOND_SHIFT);
      at += stride;
    }
  }

  private static byte clamp(int value) {
    return (byte) Math.max(0, Math.min(255, value));
  }
}
