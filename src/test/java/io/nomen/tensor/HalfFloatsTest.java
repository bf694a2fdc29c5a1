package io.nomen.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class HalfFloatsTest {
  @Test
  void every_fp16_and_bf16_number_survives_the_way_through_float() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      short half = (short) bits;
      float fp16 = HalfFloats.decode(half);
      if (!Float.isNaN(fp16)) {
        assertThat(HalfFloats.encode(fp16)).isEqualTo(half);
      }
      float bf16 = HalfFloats.decodeBf16(half);
      if (!Float.isNaN(bf16)) {
        assertThat(HalfFloats.encodeBf16(bf16)).isEqualTo(half);
      }
    }
  }

  @Test
  void rounds_to_the_nearest_and_ties_to_even() {
    Random random = new Random(11);
    for (int i = 0; i < 100_000; i++) {
      float value = Float.intBitsToFloat(random.nextInt());
      if (Float.isNaN(value)) {
        continue;
      }
      nearest(value, HalfFloats.encode(value), HalfFloats::decode, 65520f);
      nearest(value, HalfFloats.encodeBf16(value), HalfFloats::decodeBf16, Float.MAX_VALUE);
    }
    assertThat(HalfFloats.encode(1 + 0x1p-11f)).isEqualTo((short) 0x3C00);
    assertThat(HalfFloats.encode(1 + 3 * 0x1p-11f)).isEqualTo((short) 0x3C02);
    assertThat(HalfFloats.encodeBf16(1 + 0x1p-8f)).isEqualTo((short) 0x3F80);
    assertThat(HalfFloats.encode(65519f)).isEqualTo((short) 0x7BFF);
    assertThat(HalfFloats.encode(65520f)).isEqualTo((short) 0x7C00);
    assertThat(HalfFloats.decode(HalfFloats.encode(Float.NaN))).isNaN();
    assertThat(HalfFloats.decodeBf16(HalfFloats.encodeBf16(Float.NaN))).isNaN();
  }

  private interface Widen {
    float from(short bits);
  }

  private static void nearest(float value, short rounded, Widen widen, float infiniteFrom) {
    if (Math.abs(value) >= infiniteFrom) {
      return;
    }
    double error = Math.abs((double) widen.from(rounded) - value);
    for (int step : new int[] {-1, 1}) {
      float neighbour = widen.from((short) (rounded + step));
      if (Float.isFinite(neighbour)) {
        assertThat(error).isLessThanOrEqualTo(Math.abs((double) neighbour - value));
      }
    }
  }
}
