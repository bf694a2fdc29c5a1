package io.nomen.neighbours;

import io.nomen.NomenException;
import io.nomen.Progress;
import io.nomen.neighbours.NeighbourLists.NeighbourBlock;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.TaskThreads;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;

/** Finds the nearest rows of every row of a matrix, by dot product. */
public final class Neighbours {
  private Neighbours() {}

  /** Searches and tells nobody of it. */
  public static NeighbourLists find(
      JavaSparkContext spark, RowBlocks matrix, int count, Search search) {
    return find(spark, matrix, count, search, Progress.SILENT, "neighbours");
  }

  /**
   * Searches at once and keeps the lists on the executors until they are closed.
   *
   * @param matrix [N, d] float32, unit rows, so that the dot product is the cosine
   * @param count how many neighbours per row; fewer where N − 1 is less
   * @param stage what progress calls the search
   * @return the same lists for the same matrix, whatever the cluster
   * @throws NomenException when the matrix has one row or none
   */
  public static NeighbourLists find(
      JavaSparkContext spark,
      RowBlocks matrix,
      int count,
      Search search,
      Progress progress,
      String stage) {
    return find(spark, matrix, count, search, BroadcastChunks.ROWS, progress, stage);
  }

  static NeighbourLists find(
      JavaSparkContext spark,
      RowBlocks matrix,
      int count,
      Search search,
      int rowsPerWave,
      Progress progress,
      String stage) {
    if (matrix.rows() < 2) {
      throw NomenException.input(
          "Neighbours need at least 2 images, but there are %d; add images."
              .formatted(matrix.rows()));
    }
    int possible = (int) Math.min(count, matrix.rows() - 1);
    try (Progress.Step step = BroadcastChunks.begin(progress, stage, matrix, rowsPerWave)) {
      return search instanceof Search.InvertedFile file
          ? new InvertedFileSearch(spark, matrix, possible, file, rowsPerWave).run(step)
          : ExactSearch.run(spark, matrix, possible, rowsPerWave, step);
    }
  }

  /** How neighbours are searched for. */
  public sealed interface Search {
    /** Up to so many rows every row is compared with every other one. */
    long EXACT_LIMIT = 200_000;

    /** Share of the true neighbours that an inverted file must find unless told otherwise. */
    double DEFAULT_RECALL = 0.95;

    /** Every row against every other one: N² products. */
    record Exact() implements Search {}

    /**
     * Rows are kept by the nearest of {@code cells} centres, and compared with those of the nearest
     * cells alone.
     *
     * @param cells how many there are
     * @param recall share of the true neighbours to find, 0 to 1; decides how many cells are
     *     searched
     */
    record InvertedFile(int cells, double recall) implements Search {}

    /** Exact up to {@link #EXACT_LIMIT} rows, and by an inverted file of {@code cells} beyond. */
    static Search auto(long rows, int cells) {
      return rows <= EXACT_LIMIT ? new Exact() : new InvertedFile(cells, DEFAULT_RECALL);
    }
  }

  /**
   * Every row against every other one: the rows go round as broadcast waves, and each block keeps
   * the best of what it has seen. Never more than one wave of 65,536 rows is on the driver or twice
   * in an executor.
   */
  static final class ExactSearch {
    private ExactSearch() {}

    static NeighbourLists run(
        JavaSparkContext spark,
        RowBlocks matrix,
        int count,
        int rowsPerWave,
        Progress.Step progress) {
      JavaRDD<RowBlock> blocks = matrix.blocks();
      WaveState<NearestRows> found =
          new WaveState<>(blocks.map(block -> new NearestRows(block.rows(), count)));
      int tasks = blocks.getNumPartitions();
      long rows = matrix.rows();
      for (long first = 0; first < matrix.rows(); first += rowsPerWave) {
        Broadcast<List<RowBlock>> keys =
            spark.broadcast(BroadcastChunks.collect(matrix, first, rowsPerWave));
        found.advance(
            keys,
            blocks
                .zip(found.current())
                .map(f -> compare(f._1(), f._2(), keys.value(), rows, tasks)));
        progress.done(found.waves());
      }
      JavaRDD<NeighbourBlock> lists =
          blocks
              .zip(found.current())
              .map(f -> f._2().sorted(f._1().firstRow()))
              .persist(StorageLevel.MEMORY_AND_DISK());
      lists.count();
      found.release();
      return new NeighbourLists(
          lists, matrix.rows(), count, NeighbourLists.Report.exact(), found.needed());
    }

    private static NearestRows compare(
        RowBlock block, NearestRows before, List<RowBlock> keys, long rows, int tasks) {
      return TaskThreads.share(
          tasks,
          () -> {
            NearestRows nearest = before.copy();
            try (BlockProducts products = new BlockProducts(block, rows)) {
              for (RowBlock key : keys) {
                nearest.offerAll(block, products, key.values(), key.firstRow());
              }
            }
            return nearest;
          });
    }
  }
}
