package io.nomen.neighbours;

import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/** Brings lists that were found cell by cell back into the order and cut of the matrix. */
final class RowOrder {
  private RowOrder() {}

  /** One row's list on its way back to the row's block. */
  private record RowList(long row, int[] neighbours, float[] similarities)
      implements Serializable {}

  /** A block of the matrix without its rows. */
  private record Place(int partition, int position, long firstRow, int rows)
      implements Serializable {}

  /** The lists that cells have found, cut like {@code matrix}, {@code count} rows each. */
  static JavaRDD<NeighbourBlock> of(
      JavaPairRDD<Cell, NearestRows> found, RowBlocks matrix, int count) {
    List<Place> places = matrix.blocks().mapPartitionsWithIndex(RowOrder::places, false).collect();
    long[] firstRows = places.stream().mapToLong(Place::firstRow).toArray();
    int[] partitionOf = places.stream().mapToInt(Place::partition).toArray();
    int partitions = matrix.blocks().getNumPartitions();
    return found
        .flatMapToPair(f -> rowLists(f._1(), f._2(), firstRows, partitionOf).iterator())
        .partitionBy(new HashPartitioner(partitions))
        .mapPartitionsWithIndex(
            (partition, lists) -> {
              List<RowList> all = new ArrayList<>();
              lists.forEachRemaining(pair -> all.add(pair._2()));
              all.sort(Comparator.comparingLong(RowList::row));
              return blocks(all, places, partition, count).iterator();
            },
            false);
  }

  private static Iterator<Place> places(int partition, Iterator<RowBlock> blocks) {
    List<Place> places = new ArrayList<>();
    blocks.forEachRemaining(
        b -> places.add(new Place(partition, places.size(), b.firstRow(), b.rows())));
    return places.iterator();
  }

  /** Every row's list, keyed by the partition of its block; the key is its own hash. */
  private static List<Tuple2<Integer, RowList>> rowLists(
      Cell cell, NearestRows found, long[] firstRows, int[] partitionOf) {
    NeighbourBlock sorted = found.sorted(0);
    List<Tuple2<Integer, RowList>> lists = new ArrayList<>();
    for (int i = 0; i < sorted.rows(); i++) {
      int row = cell.rows()[i];
      int at = Arrays.binarySearch(firstRows, row);
      int block = at >= 0 ? at : -at - 2;
      int from = i * sorted.count();
      int to = from + sorted.count();
      lists.add(
          new Tuple2<>(
              partitionOf[block],
              new RowList(
                  row,
                  Arrays.copyOfRange(sorted.neighbours(), from, to),
                  Arrays.copyOfRange(sorted.similarities(), from, to))));
    }
    return lists;
  }

  private static List<NeighbourBlock> blocks(
      List<RowList> lists, List<Place> places, int partition, int count) {
    List<NeighbourBlock> blocks = new ArrayList<>();
    int next = 0;
    for (Place place : places) {
      if (place.partition() == partition) {
        int[] neighbours = new int[place.rows() * count];
        float[] similarities = new float[place.rows() * count];
        for (int i = 0; i < place.rows(); i++) {
          RowList list = lists.get(next++);
          System.arraycopy(list.neighbours(), 0, neighbours, i * count, count);
          System.arraycopy(list.similarities(), 0, similarities, i * count, count);
        }
        blocks.add(
            new NeighbourBlock(place.firstRow(), place.rows(), count, neighbours, similarities));
      }
    }
    return blocks;
  }
}
