package io.nomen.gallery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.tensor.Matrix;
import io.nomen.tensor.PrincipalAxes;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MapLayoutTest {
  private static final int WIDTH = 32;

  /** Rows around {@code groups} random unit centres; row i belongs to group i mod groups. */
  private static float[] blobs(int n, int groups, long seed) {
    Random random = new Random(seed);
    float[][] centres = new float[groups][WIDTH];
    for (float[] centre : centres) {
      for (int d = 0; d < WIDTH; d++) {
        centre[d] = (float) random.nextGaussian();
      }
    }
    float[] rows = new float[n * WIDTH];
    for (int k = 0; k < rows.length; k++) {
      rows[k] = centres[k / WIDTH % groups][k % WIDTH] + 0.3f * (float) random.nextGaussian();
    }
    return rows;
  }

  /** Share of points whose nearest point on the map is of the same group. */
  private static double purity(MapLayout map, int groups) {
    int n = map.x().length;
    int same = 0;
    for (int i = 0; i < n; i++) {
      int nearest = -1;
      double best = Double.POSITIVE_INFINITY;
      for (int j = 0; j < n; j++) {
        double distance = Math.hypot(map.x()[i] - map.x()[j], map.y()[i] - map.y()[j]);
        if (j != i && distance < best) {
          best = distance;
          nearest = j;
        }
      }
      same += nearest % groups == i % groups ? 1 : 0;
    }
    return same / (double) n;
  }

  @Test
  void groups_that_are_apart_stay_apart() {
    MapLayout map = MapLayout.of(blobs(400, 10, 1), WIDTH, 0);
    assertThat(purity(map, 10)).isGreaterThan(0.98);
    assertThat(map.algorithm()).startsWith("t-SNE of the first 30 principal components");
  }

  @Test
  void rows_beyond_the_landmarks_are_placed_among_their_own() {
    MapLayout map = MapLayout.of(blobs(MapLayout.LANDMARKS + 300, 10, 2), WIDTH, 0);
    assertThat(purity(map, 10)).isGreaterThan(0.98);
    assertThat(map.algorithm()).contains("1,500 images");
  }

  @Test
  void one_seed_gives_one_layout() {
    float[] rows = blobs(200, 5, 3);
    MapLayout first = MapLayout.of(rows, WIDTH, 9);
    MapLayout second = MapLayout.of(rows, WIDTH, 9);
    assertThat(second.x()).isEqualTo(first.x());
    assertThat(second.y()).isEqualTo(first.y());
  }

  @Test
  void positions_fill_the_unit_square_whatever_the_number_of_rows() {
    for (int n : new int[] {1, 2, 3, 11, 12, 13, 40}) {
      MapLayout map = MapLayout.of(blobs(n, 3, 4), WIDTH, 0);
      assertThat(map.x()).hasSize(n);
      for (int i = 0; i < n; i++) {
        assertThat(map.x()[i]).isBetween(0f, 1f);
        assertThat(map.y()[i]).isBetween(0f, 1f);
      }
    }
  }

  @Test
  void equal_rows_and_rows_of_one_value_have_places() {
    float[] equal = new float[50 * WIDTH];
    Arrays.fill(equal, 0.25f);
    assertThat(MapLayout.of(equal, WIDTH, 0).x()).doesNotContain(Float.NaN);
    assertThat(MapLayout.of(new float[] {1, 2, 3, 4}, 1, 0).x()).doesNotContain(Float.NaN);
  }

  @Test
  void values_that_are_not_rows_are_refused() {
    assertThatThrownBy(() -> MapLayout.of(new float[7], 3, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("7 values are not rows of width 3");
  }

  @Test
  void the_strongest_components_come_first() {
    Random random = new Random(5);
    float[] rows = new float[300 * 6];
    for (int k = 0; k < rows.length; k++) {
      rows[k] = (float) (random.nextGaussian() * (k % 6 == 4 ? 9 : k % 6 == 1 ? 4 : 1) + 3);
    }
    Matrix matrix = new Matrix(300, 6, rows);
    float[] projected = PrincipalAxes.of(matrix).project(matrix, 2);
    assertThat(deviation(projected, 2, 0)).isBetween(8.0, 10.0);
    assertThat(deviation(projected, 2, 1)).isBetween(3.5, 4.5);
  }

  private static double deviation(float[] rows, int width, int column) {
    double sum = 0;
    for (int i = column; i < rows.length; i += width) {
      sum += rows[i] * (double) rows[i];
    }
    return Math.sqrt(sum * width / rows.length);
  }
}
