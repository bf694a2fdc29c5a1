package io.nomen.neighbours;

import io.nomen.NomenException;
import io.nomen.Progress;
import io.nomen.tensor.RowBlocks;
import org.apache.spark.api.java.JavaSparkContext;

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
    if (matrix.rows() < 2) {
      throw NomenException.input(
          "Neighbours need at least 2 images, but there are %d; add images."
              .formatted(matrix.rows()));
    }
    int possible = (int) Math.min(count, matrix.rows() - 1);
    try (Progress.Step step = BroadcastChunks.begin(progress, stage, matrix)) {
      return search instanceof Search.InvertedFile file
          ? new InvertedFileSearch(spark, matrix, possible, file).run(step)
          : ExactSearch.run(spark, matrix, possible, step);
    }
  }
}
