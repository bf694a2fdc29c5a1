package io.nomen.neighbours;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.neighbours.NeighbourLists.NeighbourBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.UnitRows;
import io.nomen.testing.Npy;
import io.nomen.testing.Shared;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** bfloat16 screens as float32 does: the same neighbours with the same similarities. */
class BlockProductsTest {
  private static final int NEIGHBOURS = 20;

  @Test
  void random_rows_have_the_same_neighbours_in_both_formats() {
    assertSame(NeighboursTest.unitRows(6_000, 96, 4), 96);
    assertSame(NeighboursTest.unitRows(700, 512, 5), 512);
    assertSame(NeighboursTest.unitRows(300, 7, 6), 7);
  }

  @Test
  void rows_that_differ_in_their_last_places_have_the_same_neighbours_in_both_formats() {
    Random random = new Random(7);
    float[] values = NeighboursTest.unitRows(2_000, 64, 8);
    for (int row = 20; row < 2_000; row++) {
      // Twenty groups of near copies: thousands of similarities within 1e-6.
      for (int j = 0; j < 64; j++) {
        values[row * 64 + j] = values[row % 20 * 64 + j] + (float) (random.nextGaussian() * 1e-4);
      }
    }
    UnitRows.normalise(values, 64);

    assertSame(values, 64);
  }

  @Test
  void copies_are_told_by_the_lower_row_in_both_formats() {
    float[] values = NeighboursTest.unitRows(600, 32, 9);
    for (int row = 0; row < 600; row++) {
      System.arraycopy(values, row % 15 * 32, values, row * 32, 32);
    }

    NeighbourBlock found = assertSame(values, 32);

    assertThat(found.neighbours()).startsWith(15, 30, 45, 60);
    assertThat(found.neighbours()[580 * NEIGHBOURS]).isEqualTo(10);
  }

  @Test
  void rows_that_point_away_from_each_other_have_the_same_neighbours_in_both_formats() {
    float[] values = new float[9 * 8];
    for (int row = 0; row < 9; row++) {
      values[row * 8 + row % 8] = row < 8 ? 1 : -1;
      values[row * 8 + (row + 1) % 8] = -0.5f;
    }
    UnitRows.normalise(values, 8);

    assertSame(values, 8, 8);
  }

  @Test
  void features_of_clip_have_the_same_neighbours_in_both_formats() {
    Matrix images = Npy.unitRows(Shared.data("clip-features/dtd/image_test.npy"));

    assertSame(images.values(), images.width());
  }

  private static NeighbourBlock assertSame(float[] values, int width) {
    return assertSame(values, width, NEIGHBOURS);
  }

  private static NeighbourBlock assertSame(float[] values, int width, int count) {
    NeighbourBlock full = nearest(values, width, count, false);
    NeighbourBlock half = nearest(values, width, count, true);
    assertThat(half.neighbours()).isEqualTo(full.neighbours());
    assertThat(half.similarities()).isEqualTo(full.similarities());
    return full;
  }

  private static NeighbourBlock nearest(float[] values, int width, int count, boolean bf16) {
    RowBlock block = new RowBlock(0, values.length / width, width, values);
    NearestRows nearest = new NearestRows(block.rows(), count);
    try (BlockProducts products = new BlockProducts(block, bf16)) {
      nearest.offerAll(block, products, values, 0);
    }
    return nearest.sorted(0);
  }
}
