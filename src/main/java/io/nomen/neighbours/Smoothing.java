package io.nomen.neighbours;

import io.nomen.Progress;
import io.nomen.neighbours.NeighbourLists.NeighbourBlock;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.UnitRows;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;

/**
 * Rows averaged with their nearest neighbours: {@code z ← normalise(z + mean of the neighbours'
 * z)}. The rows go round in the same waves as in the search, so that an executor never holds more
 * than one wave beside its own rows.
 */
public final class Smoothing implements AutoCloseable {
  private final RowBlocks rows;
  private final List<Broadcast<?>> needed;

  private Smoothing(RowBlocks rows, List<Broadcast<?>> needed) {
    this.rows = rows;
    this.needed = needed;
  }

  /**
   * Smooths at once; what comes back is kept on the executors until closed.
   *
   * @param matrix [N, d], unit rows
   * @param lists neighbours of its rows, cut like the matrix
   * @param count how many of each list are taken: the nearest
   */
  public static Smoothing of(
      JavaSparkContext spark,
      RowBlocks matrix,
      NeighbourLists lists,
      int count,
      Progress progress) {
    return of(spark, matrix, lists, count, BroadcastChunks.ROWS, progress);
  }

  static Smoothing of(
      JavaSparkContext spark,
      RowBlocks matrix,
      NeighbourLists lists,
      int count,
      int rowsPerWave,
      Progress progress) {
    try (Progress.Step step = BroadcastChunks.begin(progress, "smoothing", matrix, rowsPerWave)) {
      return of(spark, matrix, lists, count, rowsPerWave, step);
    }
  }

  private static Smoothing of(
      JavaSparkContext spark,
      RowBlocks matrix,
      NeighbourLists lists,
      int count,
      int rowsPerWave,
      Progress.Step progress) {
    int taken = Math.min(count, lists.count());
    JavaRDD<RowBlock> blocks = matrix.blocks();
    // Of the neighbours met so far, per block [rows, d].
    WaveState<float[]> sums =
        new WaveState<>(blocks.map(block -> new float[block.values().length]));
    for (long first = 0; first < matrix.rows(); first += rowsPerWave) {
      Broadcast<List<RowBlock>> wave =
          spark.broadcast(BroadcastChunks.collect(matrix, first, rowsPerWave));
      sums.advance(
          wave,
          sums.current()
              .zip(lists.blocks())
              .map(pair -> add(pair._1(), pair._2(), wave.value(), taken)));
      progress.done(sums.waves());
    }
    JavaRDD<RowBlock> smoothed =
        blocks
            .zip(sums.current())
            .map(pair -> finish(pair._1(), pair._2(), taken))
            .persist(StorageLevel.MEMORY_AND_DISK());
    smoothed.count();
    sums.release();
    return new Smoothing(new RowBlocks(smoothed, matrix.rows(), matrix.width()), sums.needed());
  }

  /** The smoothed rows, [N, d], unit rows, cut like the matrix. */
  public RowBlocks rows() {
    return rows;
  }

  /** Frees what the executors hold; results made from the rows stay valid, as with the lists. */
  @Override
  public void close() {
    rows.unpersist();
    needed.forEach(broadcast -> broadcast.unpersist(false));
  }

  private static float[] add(float[] before, NeighbourBlock lists, List<RowBlock> wave, int taken) {
    int width = before.length / lists.rows();
    float[] sums = before.clone();
    for (int i = 0; i < lists.rows(); i++) {
      for (int n = 0; n < taken; n++) {
        int row = lists.neighbours()[i * lists.count() + n];
        RowBlock holder = BroadcastChunks.holding(wave, row);
        if (holder != null) {
          addRow(holder, (int) (row - holder.firstRow()), sums, i * width);
        }
      }
    }
    return sums;
  }

  private static void addRow(RowBlock from, int row, float[] sums, int to) {
    int start = row * from.width();
    for (int j = 0; j < from.width(); j++) {
      sums[to + j] += from.values()[start + j];
    }
  }

  private static RowBlock finish(RowBlock block, float[] sums, int taken) {
    float[] mixed = block.values().clone();
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] += sums[i] / Math.max(1, taken);
    }
    UnitRows.normalise(mixed, block.width());
    return new RowBlock(block.firstRow(), block.rows(), block.width(), mixed);
  }
}
