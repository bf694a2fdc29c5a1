package io.nomen.kmeans;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.tensor.Matrix;
import java.util.List;
import org.junit.jupiter.api.Test;

class LloydTallyTest {
  private static final int WIDTH = 4;

  @Test
  void a_thousand_million_rows_of_one_direction_have_a_mean_cosine_of_one() {
    int doublings = 18;
    Matrix rows = new Matrix(1, WIDTH, new float[] {1, 0, 0, 0}).select(new int[4096]);
    long all = 4096L << doublings;
    Matrix centres = new Matrix(2, WIDTH, new float[] {1, 0, 0, 0, 0, 1, 0, 0});
    LloydTally tally = tally(rows, centres, all);
    for (int i = 0; i < doublings; i++) {
      LloydTally same = new LloydTally(1, 2, WIDTH, all).merge(tally);
      tally.merge(same);
    }
    assertThat(tally.sizes(0)).containsExactly(all, 0);
    assertThat(all).isGreaterThan(1_000_000_000L);
    assertThat(tally.cosineSum(0)).isEqualTo((double) all);
    assertThat(tally.sum(0, 0)).containsExactly((double) all, 0, 0, 0);
  }

  private static LloydTally tally(Matrix rows, Matrix centres, long all) {
    return LloydTally.of(List.of(rows.block()).iterator(), centres, 1, all);
  }
}
