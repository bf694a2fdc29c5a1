package io.nomen.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import io.nomen.testing.KnownClusters;
import io.nomen.testing.LocalSpark;
import io.nomen.testing.RandomRows;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Twelve things that are six kinds of three. */
class LayerTreeTest {
  private static final int WIDTH = 24;
  private static final int ROWS = 480;

  private static final Matrix TOPS = RandomRows.anywhere(3, WIDTH, 1);
  private static final Matrix KINDS = RandomRows.around(6, TOPS, 0.12, 2);
  private static final Matrix THINGS = RandomRows.around(12, KINDS, 0.06, 3);
  private static final Matrix IMAGES = RandomRows.around(ROWS, THINGS, 0.01, 4);

  private static int[] labels(int modulo) {
    return IntStream.range(0, ROWS).map(row -> row % modulo).toArray();
  }

  /** The clusters of all rows, layer by layer. */
  private static List<int[]> layers(List<Integer> counts, long seed) {
    return layers(IMAGES, counts, seed);
  }

  private static List<int[]> layers(Matrix images, List<Integer> counts, long seed) {
    RowBlocks rows = RowBlocks.of(LocalSpark.context(), images.values(), WIDTH);
    long[] sizes = new long[6];
    Arrays.fill(sizes, ROWS / 6);
    LayerTree tree =
        LayerTree.of(rows, KINDS, sizes, KnownClusters.of(rows, labels(6)), counts, seed);
    List<int[]> layers =
        IntStream.range(0, tree.size())
            .mapToObj(l -> AssignmentBlock.clusters(tree.blocks().map(block -> block.layer(l))))
            .toList();
    assertThat(layers.get(tree.own())).isEqualTo(labels(6));
    return layers;
  }

  /** Whether two labellings of the rows put the same rows together. */
  private static void requireSame(int[] found, int[] expected) {
    Map<Integer, Integer> names = new HashMap<>();
    for (int row = 0; row < found.length; row++) {
      assertThat(names.merge(found[row], expected[row], (a, b) -> a))
          .as("row %d", row)
          .isEqualTo(expected[row]);
    }
    assertThat(names.values()).doesNotHaveDuplicates();
  }

  @Test
  void joins_above_and_cuts_below_where_the_images_part() {
    List<int[]> layers = layers(List.of(12, 3), 0);
    assertThat(layers).hasSize(3);
    requireSame(layers.get(0), labels(3));
    assertThat(layers.get(1)).isEqualTo(labels(6));
    requireSame(layers.get(2), labels(12));
  }

  @Test
  void every_cluster_lies_whole_in_one_of_the_layer_above() {
    List<int[]> layers = layers(List.of(2, 4, 9, 20), 0);
    assertThat(layers).hasSize(5);
    requireNested(layers);
    assertThat(layers)
        .extracting(layer -> (int) Arrays.stream(layer).distinct().count())
        .startsWith(2, 4, 6, 9);
    // Where nothing parts the images, the nearest of all places would lie across the layer above.
    requireNested(layers(RandomRows.anywhere(ROWS, WIDTH, 5), List.of(3, 12, 24, 60), 0));
  }

  private static void requireNested(List<int[]> layers) {
    for (int layer = 1; layer < layers.size(); layer++) {
      Map<Integer, Integer> above = new HashMap<>();
      for (int row = 0; row < ROWS; row++) {
        int parent = layers.get(layer - 1)[row];
        assertThat(above.merge(layers.get(layer)[row], parent, (a, b) -> a)).isEqualTo(parent);
      }
    }
  }

  @Test
  void numbers_are_handed_down() {
    List<int[]> layers = layers(List.of(3, 12), 0);
    int[] own = layers.get(1);
    for (int cluster = 0; cluster < 6; cluster++) {
      int wanted = cluster;
      assertThat(
              IntStream.range(0, ROWS)
                  .filter(row -> own[row] == wanted)
                  .map(row -> layers.get(2)[row]))
          .contains(cluster);
    }
    assertThat(Arrays.stream(layers.get(0)).boxed()).allMatch(number -> number < 6);
    assertThat(Arrays.stream(layers.get(2)).boxed()).allMatch(number -> number < 12);
  }

  @Test
  void one_seed_gives_one_tree() {
    assertThat(layers(List.of(3, 12), 5).get(2)).isEqualTo(layers(List.of(3, 12), 5).get(2));
  }

  @Test
  void more_clusters_than_images_can_have_are_not_made_up() {
    List<int[]> layers = layers(List.of(5_000), 0);
    assertThat(Arrays.stream(layers.get(1)).distinct().count()).isLessThanOrEqualTo(ROWS / 3);
  }
}
