package io.nomen.semantics;

import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.RowSample;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * The rows that clusters are named from: all where they are few, otherwise every n-th, and of a
 * cluster that has fewer among these than {@value #LEAST_OF_CLUSTER} so many by a hash of their
 * numbers, or all that it has.
 *
 * @param rows their numbers, rising
 * @param clusters the cluster of each
 */
public record NamingSample(int[] rows, int[] clusters) {
  private static final int MOST_ROWS = 20_000;
  private static final int LEAST_OF_CLUSTER = 32;

  /**
   * Draws it.
   *
   * @param assignments of all rows
   * @param all N
   */
  public static NamingSample of(JavaRDD<AssignmentBlock> assignments, long all) {
    int stride = Math.toIntExact(Math.max(1, (all + MOST_ROWS - 1) / MOST_ROWS));
    int[] even =
        LongStream.iterate(0, row -> row < all, row -> row + stride)
            .mapToInt(Math::toIntExact)
            .toArray();
    int[] clusters = AssignmentBlock.clusters(assignments, even);
    if (stride == 1) {
      return new NamingSample(even, clusters);
    }
    Map<Integer, Long> looked = new HashMap<>();
    TreeMap<Integer, Integer> drawn = new TreeMap<>();
    for (int i = 0; i < even.length; i++) {
      drawn.put(even[i], clusters[i]);
      looked.merge(clusters[i], 1L, Long::sum);
    }
    assignments
        .mapPartitionsToPair(NamingSample::first)
        .reduceByKey(NamingSample::first)
        .filter(of -> looked.getOrDefault(of._1(), 0L) < LEAST_OF_CLUSTER)
        .collect()
        .forEach(of -> Arrays.stream(of._2()).forEach(row -> drawn.put(row, of._1())));
    return new NamingSample(
        drawn.keySet().stream().mapToInt(Integer::intValue).toArray(),
        drawn.values().stream().mapToInt(Integer::intValue).toArray());
  }

  /** The same rows in clusters that are numbered otherwise. */
  public NamingSample in(int[] others) {
    return new NamingSample(rows, others);
  }

  /** The first rows of each cluster in the order of their hashes. */
  private static Iterator<Tuple2<Integer, int[]>> first(Iterator<AssignmentBlock> blocks) {
    Map<Integer, int[]> byCluster = new TreeMap<>();
    while (blocks.hasNext()) {
      AssignmentBlock block = blocks.next();
      Map<Integer, List<Integer>> rows =
          IntStream.range(0, block.rows())
              .boxed()
              .collect(Collectors.groupingBy(i -> block.cluster()[i]));
      rows.forEach(
          (cluster, own) ->
              byCluster.merge(
                  cluster,
                  own.stream().mapToInt(i -> Math.toIntExact(block.firstRow() + i)).toArray(),
                  NamingSample::first));
    }
    byCluster.replaceAll((cluster, rows) -> first(rows, new int[0]));
    return byCluster.entrySet().stream()
        .map(of -> new Tuple2<>(of.getKey(), of.getValue()))
        .iterator();
  }

  private static int[] first(int[] some, int[] others) {
    return IntStream.concat(Arrays.stream(some), Arrays.stream(others))
        .boxed()
        .sorted(Comparator.comparingLong((Integer row) -> RowSample.mix(row)))
        .limit(LEAST_OF_CLUSTER)
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
