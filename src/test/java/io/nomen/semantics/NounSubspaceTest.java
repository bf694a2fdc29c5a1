package io.nomen.semantics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import io.nomen.testing.LocalSpark;
import io.nomen.testing.RandomRows;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NounSubspaceTest {
  private static final int WIDTH = 10;
  private static final int NOUNS = 300;

  /** They differ along the first three axes, ever less. */
  private static final Matrix VOCABULARY = nouns();

  private static final RowBlocks IMAGES =
      RowBlocks.of(LocalSpark.context(), RandomRows.anywhere(50, WIDTH, 3).values(), WIDTH);

  @Test
  void its_axes_are_those_along_which_nouns_differ_as_far_as_is_told() {
    NounSubspace subspace = NounSubspace.of(IMAGES, VOCABULARY, SubspaceWidth.AUTO);

    assertThat(subspace.share()).isGreaterThanOrEqualTo(NounSubspace.SHARE);
    assertThat(subspace.width()).isBetween(1, 3);
    for (int axis = 0; axis < subspace.width(); axis++) {
      float[] row = subspace.axes().row(axis);
      assertThat(Math.abs(row[axis])).isGreaterThan(0.95f);
      for (int other = 0; other <= axis; other++) {
        assertThat(product(row, subspace.axes().row(other)))
            .isCloseTo(axis == other ? 1 : 0, within(1e-5));
      }
    }
  }

  @Test
  void images_are_centred_seen_along_the_axes_and_made_unit_rows() {
    NounSubspace subspace = NounSubspace.of(IMAGES, VOCABULARY, new SubspaceWidth("2"));
    float[] values = IMAGES.collect();
    float[] seen = subspace.of(IMAGES).collect();

    assertThat(subspace.width()).isEqualTo(2);
    for (int row = 0; row < 50; row++) {
      double[] expected = new double[2];
      for (int axis = 0; axis < 2; axis++) {
        for (int j = 0; j < WIDTH; j++) {
          expected[axis] +=
              (values[row * WIDTH + j] - subspace.mean().values()[j])
                  * subspace.axes().row(axis)[j];
        }
      }
      double length = Math.hypot(expected[0], expected[1]);
      assertThat((double) seen[2 * row]).isCloseTo(expected[0] / length, within(1e-4));
      assertThat((double) seen[2 * row + 1]).isCloseTo(expected[1] / length, within(1e-4));
    }
  }

  @Test
  void switched_off_it_only_centres_and_no_width_is_more_than_there_is() {
    assertThat(NounSubspace.of(IMAGES, VOCABULARY, SubspaceWidth.OFF).of(IMAGES).width())
        .isEqualTo(WIDTH);
    assertThat(NounSubspace.of(IMAGES, VOCABULARY, new SubspaceWidth("99")).width())
        .isEqualTo(WIDTH);
  }

  private static Matrix nouns() {
    Random random = new Random(1);
    float[] values = new float[NOUNS * WIDTH];
    double[] spread = {0.6, 0.4, 0.25};
    for (int i = 0; i < values.length; i++) {
      int axis = i % WIDTH;
      double wide = axis < spread.length ? spread[axis] : 0.02;
      values[i] = (float) ((axis == WIDTH - 1 ? 1 : 0) + wide * random.nextGaussian());
    }
    return new Matrix(NOUNS, WIDTH, values);
  }

  private static double product(float[] one, float[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += (double) one[i] * other[i];
    }
    return sum;
  }
}
