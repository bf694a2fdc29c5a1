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

  private static float[] places(MapLayout layout, float[] rows, int width) {
    return layout.place(new Matrix(rows.length / width, width, rows));
  }

  private static float[] layOut(float[] rows, int width, long seed) {
    return places(MapLayout.fit(rows, width, seed), rows, width);
  }

  /** Share of points whose nearest point on the map is of the same group. */
  private static double purity(float[] map, int groups) {
    int n = map.length / 2;
    int same = 0;
    for (int i = 0; i < n; i++) {
      int nearest = -1;
      double best = Double.POSITIVE_INFINITY;
      for (int j = 0; j < n; j++) {
        double distance = Math.hypot(map[2 * i] - map[2 * j], map[2 * i + 1] - map[2 * j + 1]);
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
    float[] rows = blobs(400, 10, 1);
    MapLayout layout = MapLayout.fit(rows, WIDTH, 0);
    assertThat(purity(places(layout, rows, WIDTH), 10)).isGreaterThan(0.98);
    assertThat(layout.algorithm(400)).isEqualTo("t-SNE of the first 30 principal components");
  }

  @Test
  void rows_beyond_the_landmarks_are_placed_among_their_own() {
    float[] rows = blobs(MapLayout.LANDMARKS + 300, 10, 2);
    MapLayout layout = MapLayout.fit(rows, WIDTH, 0);
    assertThat(purity(places(layout, rows, WIDTH), 10)).isGreaterThan(0.98);
    assertThat(layout.algorithm(1800)).contains("1,500 images");
    float[] last = Arrays.copyOfRange(rows, rows.length - WIDTH, rows.length);
    assertThat(places(layout, last, WIDTH))
        .as("a block alone and all rows at once")
        .isEqualTo(Arrays.copyOfRange(places(layout, rows, WIDTH), 3598, 3600));
  }

  @Test
  void one_seed_gives_one_layout() {
    float[] rows = blobs(200, 5, 3);
    assertThat(layOut(rows, WIDTH, 9)).isEqualTo(layOut(rows, WIDTH, 9));
  }

  @Test
  void positions_fill_the_unit_square_whatever_the_number_of_rows() {
    for (int n : new int[] {1, 2, 3, 11, 12, 13, 40}) {
      float[] map = layOut(blobs(n, 3, 4), WIDTH, 0);
      assertThat(map).hasSize(2 * n);
      for (float place : map) {
        assertThat(place).isBetween(0f, 1f);
      }
    }
  }

  @Test
  void equal_rows_and_rows_of_one_value_have_places() {
    float[] equal = new float[50 * WIDTH];
    Arrays.fill(equal, 0.25f);
    assertThat(layOut(equal, WIDTH, 0)).doesNotContain(Float.NaN);
    assertThat(layOut(new float[] {1, 2, 3, 4}, 1, 0)).doesNotContain(Float.NaN);
  }

  @Test
  void values_that_are_not_rows_are_refused() {
    assertThatThrownBy(() -> MapLayout.fit(new float[7], 3, 0))
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
