package io.nomen.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FixedPointSumsTest {

  @Test
  void sums_are_the_same_bits_in_any_order() {
    Random random = new Random(1);
    float[] values = new float[1000];
    FixedPointSums forwards = new FixedPointSums(1, FixedPointSums.fractionBits(1000, 1));
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() - 0.5f;
      forwards.add(0, values[i]);
    }
    FixedPointSums backwards = new FixedPointSums(1, FixedPointSums.fractionBits(1000, 1));
    FixedPointSums half = new FixedPointSums(1, FixedPointSums.fractionBits(1000, 1));
    for (int i = values.length - 1; i >= 0; i--) {
      (i % 2 == 0 ? half : backwards).add(0, values[i]);
    }
    assertThat(backwards.merge(half).get(0)).isEqualTo(forwards.get(0));
  }

  @Test
  void there_is_room_for_as_many_numbers_as_were_promised() {
    long count = 1_000_000_000L;
    FixedPointSums sum = new FixedPointSums(1, FixedPointSums.fractionBits(count, 1));
    for (long added = 0; added < count; added += 1_000_000) {
      sum.add(0, 1_000_000);
    }
    assertThat(sum.get(0)).isEqualTo(1e9);
  }

  @Test
  void an_overflow_is_an_error_and_not_a_wrong_sum() {
    FixedPointSums sum = new FixedPointSums(2, FixedPointSums.fractionBits(4, 1));
    float[] ones = {1, 1};
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 17; i++) {
                sum.add(0, ones, 0, 2);
              }
            })
        .isInstanceOf(ArithmeticException.class)
        .hasMessageContaining("overflows");
    assertThatThrownBy(() -> sum.add(1, 1e9))
        .isInstanceOf(ArithmeticException.class)
        .hasMessageContaining("does not fit");
    assertThatThrownBy(() -> sum.add(1, Double.NaN)).isInstanceOf(ArithmeticException.class);
  }

  @Test
  void an_empty_sum_travels_as_a_few_bytes() throws IOException {
    FixedPointSums empty = new FixedPointSums(1 << 20, 38);
    assertThat(serialized(empty)).isLessThan(500);
    empty.merge(new FixedPointSums(1 << 20, 38));
    assertThat(serialized(empty)).isLessThan(500);
    assertThat(empty.get(7)).isZero();
  }

  @Test
  void sums_of_other_lengths_or_units_are_refused() {
    FixedPointSums sums = new FixedPointSums(3, 38);
    assertThatThrownBy(() -> sums.merge(new FixedPointSums(4, 38)))
        .hasMessage("3 sums with 38 fraction bits cannot take 4 with 38");
    assertThatThrownBy(() -> sums.merge(new FixedPointSums(3, 30)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static int serialized(Object object) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    return bytes.size();
  }
}
