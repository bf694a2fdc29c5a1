package io.nomen.neighbours;

import io.nomen.tensor.DriverParts;
import java.io.Serializable;
import java.util.List;
import java.util.OptionalInt;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;

/**
 * The nearest neighbours of every row of a matrix, kept on the executors until closed.
 *
 * <p>A lost executor's lists are found again from the matrix, for which what was broadcast stays
 * with the driver.
 */
public final class NeighbourLists implements AutoCloseable {
  private final JavaRDD<NeighbourBlock> blocks;
  private final long rows;
  private final int count;
  private final Report report;
  private final List<Broadcast<?>> needed;

  NeighbourLists(
      JavaRDD<NeighbourBlock> blocks,
      long rows,
      int count,
      Report report,
      List<Broadcast<?>> needed) {
    this.blocks = blocks;
    this.rows = rows;
    this.count = count;
    this.report = report;
    this.needed = needed;
  }

  /**
   * How a search was made, for the run's provenance.
   *
   * @param search {@code exact} or {@code inverted-file}
   * @param cells cells of the inverted file
   * @param nprobe how many cells were searched for each row
   * @param recall share of the true neighbours that the searched cells hold, measured on {@code
   *     sample} rows; 1 for an exact search
   * @param sample how many rows the recall was measured on
   */
  public record Report(
      String search, OptionalInt cells, OptionalInt nprobe, double recall, OptionalInt sample) {
    static Report exact() {
      return new Report("exact", OptionalInt.empty(), OptionalInt.empty(), 1, OptionalInt.empty());
    }
  }

  /** The lists in row order, one block and one partition where the matrix has one. */
  public JavaRDD<NeighbourBlock> blocks() {
    return blocks;
  }

  /** N. */
  public long rows() {
    return rows;
  }

  /** m, neighbours per row: as many as asked for, or N − 1 where there are no more. */
  public int count() {
    return count;
  }

  public Report report() {
    return report;
  }

  /** A block without its similarities. */
  private record Numbers(long firstRow, int[] neighbours) implements Serializable {}

  /** All lists on the driver, [N, m] row-major: 40 MB for 200,000 rows and 50 neighbours. */
  public int[] collect() {
    int[] all = new int[Math.toIntExact(rows * count)];
    DriverParts.each(
        blocks.map(block -> new Numbers(block.firstRow(), block.neighbours())),
        (long) all.length * Integer.BYTES,
        block ->
            System.arraycopy(
                block.neighbours(),
                0,
                all,
                Math.toIntExact(block.firstRow() * count),
                block.neighbours().length));
    return all;
  }

  /**
   * Frees what the executors hold. Results made from the lists stay valid: what they were found
   * with stays with the driver for as long as such results are in use, and Spark's cleaner frees it
   * then.
   */
  @Override
  public void close() {
    blocks.unpersist(false);
    needed.forEach(broadcast -> broadcast.unpersist(false));
  }

  /**
   * The nearest neighbours of consecutive rows.
   *
   * @param firstRow number of the first row in the whole matrix
   * @param rows n, how many rows the block tells of
   * @param count m, neighbours per row
   * @param neighbours [n, m] row numbers, nearest first, the lower row first among equals, the row
   *     itself left out
   * @param similarities [n, m] dot products with those neighbours, in the same order
   */
  public record NeighbourBlock(
      long firstRow, int rows, int count, int[] neighbours, float[] similarities)
      implements Serializable {

    public NeighbourBlock {
      if (neighbours.length != rows * count || similarities.length != rows * count) {
        throw new IllegalArgumentException(
            "%d rows with %d neighbours each need %d numbers, not %d and %d"
                .formatted(rows, count, rows * count, neighbours.length, similarities.length));
      }
    }
  }
}
