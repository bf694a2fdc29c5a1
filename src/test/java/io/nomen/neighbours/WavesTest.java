package io.nomen.neighbours;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nomen.Progress;
import io.nomen.neighbours.NeighbourLists.NeighbourBlock;
import io.nomen.neighbours.Neighbours.Search;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.UnitRows;
import io.nomen.testing.LocalSpark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.Dependency;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDD;
import org.apache.spark.util.LongAccumulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Option;
import scala.collection.JavaConverters;

/** Searches whose rows go round in many waves, and cells that are larger than a wave. */
class WavesTest {
  private static final JavaSparkContext SPARK = LocalSpark.context();

  /** RDDs of a wave, of the rows that it is made of, and of what is made of the last one. */
  private static final int LONGEST_CHAIN = 4 * WaveState.INTERVAL + 12;

  @Test
  void three_hundred_waves_give_what_one_gives_and_keep_no_chain_of_three_hundred() {
    int rowsPerWave = 2;
    RowBlocks rows = cut(NeighboursTest.unitRows(600, 4, 5), 4, rowsPerWave);

    try (NeighbourLists one = exact(rows, BroadcastChunks.ROWS);
        NeighbourLists many = exact(rows, rowsPerWave);
        Smoothing smoothed = smooth(rows, one, 15 * rowsPerWave);
        Smoothing atOnce = smooth(rows, one, BroadcastChunks.ROWS)) {
      assertThat(many.collect()).isEqualTo(one.collect());
      assertThat(chain(many.blocks())).isLessThan(LONGEST_CHAIN);
      assertThat(chain(smoothed.rows().blocks())).isLessThan(chain(one.blocks()) + LONGEST_CHAIN);
      float[] means = smoothed.rows().collect();
      float[] expected = atOnce.rows().collect();
      for (int i = 0; i < means.length; i++) {
        assertThat(means[i]).isCloseTo(expected[i], within(1e-6f));
      }
    }
  }

  @Test
  void an_inverted_file_goes_round_in_many_waves_and_finds_the_same() {
    RowBlocks rows = cut(NeighboursTest.unitRows(900, 4, 6), 4, 300);

    try (NeighbourLists exact = exact(rows, BroadcastChunks.ROWS);
        NeighbourLists many =
            Neighbours.find(
                SPARK, rows, 3, new Search.InvertedFile(40, 1), 24, Progress.SILENT, "waves")) {
      assertThat(many.collect()).isEqualTo(exact.collect());
      assertThat(chain(many.blocks())).isLessThan(LONGEST_CHAIN);
    }
  }

  @Test
  void what_was_lost_is_made_again_from_the_last_checkpoint(@TempDir Path folder) throws Exception {
    SPARK.setCheckpointDir(folder.toString());
    try {
      JavaRDD<Integer> start = SPARK.parallelize(List.of(0, 0), 2);
      WaveState<Integer> state = new WaveState<>(start);
      LongAccumulator computed = SPARK.sc().longAccumulator();
      for (int i = 0; i < 3 * WaveState.INTERVAL + 2; i++) {
        Broadcast<Integer> wave = SPARK.broadcast(i);
        state.advance(
            wave,
            state
                .current()
                .map(
                    sum -> {
                      computed.add(1);
                      return sum + wave.value();
                    }));
      }
      int expected = 26 * 25 / 2;
      assertThat(state.current().collect()).containsExactly(expected, expected);
      assertThat(state.needed()).hasSize(3);
      assertThat(files(folder)).as("checkpoints that are kept").isEqualTo(1);

      computed.reset();
      state.release();
      assertThat(state.current().collect()).containsExactly(expected, expected);
      assertThat(computed.value()).as("two blocks of two waves").isEqualTo(4);
    } finally {
      SPARK.sc().checkpointDir_$eq(Option.empty());
    }
  }

  @Test
  void a_cell_that_is_larger_than_a_wave_is_cut_and_finds_the_same() {
    float[] values = NeighboursTest.unitRows(1_000, 8, 9);
    for (int row = 0; row < 1_000; row++) {
      if (row % 10 != 0) {
        // Nine of ten are all but one placeholder.
        System.arraycopy(values, 8, values, row * 8, 8);
        values[row * 8] += row * 1e-4f;
      }
    }
    UnitRows.normalise(values, 8);
    RowBlocks rows = cut(values, 8, 100);

    try (NeighbourLists exact = exact(rows, BroadcastChunks.ROWS);
        NeighbourLists found =
            Neighbours.find(
                SPARK, rows, 3, new Search.InvertedFile(8, 1), 100, Progress.SILENT, "waves")) {
      assertThat(similarities(found)).isEqualTo(similarities(exact));
    }
  }

  @Test
  void parts_of_a_cell_are_about_equal_and_waves_hold_no_more_than_they_may() {
    int[] sizes = {10, 100_000, 0, 16_384, 16_385};
    InvertedFileSearch.CellParts parts = InvertedFileSearch.CellParts.of(sizes, 16_384);

    assertThat(parts.firsts()).containsExactly(0, 1, 8, 9, 10, 12);
    Map<Integer, Integer> counts = new HashMap<>();
    for (int row = 0; row < 100_000; row++) {
      counts.merge(parts.part(1, row * 13), 1, Integer::sum);
    }
    assertThat(counts).hasSize(7);
    assertThat(counts.keySet()).allMatch(part -> part >= 1 && part < 8);
    assertThat(counts.values()).allMatch(rows -> rows > 13_500 && rows < 15_100);
    List<int[]> waves = parts.waves(65_536);
    assertThat(waves).allMatch(wave -> wave[2] <= 65_536);
    assertThat(waves.stream().mapToInt(wave -> wave[2]).sum()).isEqualTo(132_779);
    assertThat(waves.get(waves.size() - 1)[1]).isEqualTo(12);
  }

  private static NeighbourLists exact(RowBlocks rows, int rowsPerWave) {
    return Neighbours.find(
        SPARK, rows, 3, new Search.Exact(), rowsPerWave, Progress.SILENT, "waves");
  }

  private static Smoothing smooth(RowBlocks rows, NeighbourLists lists, int rowsPerWave) {
    return Smoothing.of(SPARK, rows, lists, 3, rowsPerWave, Progress.SILENT);
  }

  /** The similarities alone: of copies any may be found. */
  private static float[] similarities(NeighbourLists lists) {
    float[] all = new float[(int) lists.rows() * lists.count()];
    for (NeighbourBlock block : lists.blocks().collect()) {
      int first = (int) block.firstRow() * lists.count();
      System.arraycopy(block.similarities(), 0, all, first, block.similarities().length);
    }
    return all;
  }

  private static RowBlocks cut(float[] values, int width, int rowsPerBlock) {
    int rows = values.length / width;
    List<RowBlock> blocks = new ArrayList<>();
    for (int first = 0; first < rows; first += rowsPerBlock) {
      blocks.add(
          new RowBlock(
              first,
              rowsPerBlock,
              width,
              Arrays.copyOfRange(values, first * width, (first + rowsPerBlock) * width)));
    }
    return new RowBlocks(SPARK.parallelize(blocks, 2), rows, width);
  }

  /** How many RDDs lie behind one another, as the scheduler goes through them. */
  @SuppressWarnings("deprecation") // In Scala 2.13, whose successor 2.12 does not have.
  private static int chain(JavaRDD<?> rdd) {
    Map<Integer, Integer> depths = new HashMap<>();
    Deque<RDD<?>> open = new ArrayDeque<>(List.of(rdd.rdd()));
    while (!open.isEmpty()) {
      RDD<?> at = open.peek();
      int depth = 0;
      boolean ready = true;
      for (Dependency<?> dependency : JavaConverters.seqAsJavaList(at.dependencies())) {
        Integer behind = depths.get(dependency.rdd().id());
        if (behind == null) {
          open.push(dependency.rdd());
          ready = false;
        } else {
          depth = Math.max(depth, behind);
        }
      }
      if (ready) {
        depths.put(open.pop().id(), depth + 1);
      }
    }
    return depths.get(rdd.rdd().id());
  }

  private static long files(Path folder) throws Exception {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(path -> path.getFileName().toString().matches("rdd-\\d+")).count();
    }
  }
}
