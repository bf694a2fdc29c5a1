package io.nomen.evaluate;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * What each cluster holds, by the labels of its images.
 *
 * @param rows one row per cluster, by cluster number
 */
public record ClusterTable(List<Row> rows) {

  /**
   * One cluster.
   *
   * @param cluster its number
   * @param size images in it
   * @param majorityLabel the label most of them have; the smaller number of equals
   * @param purity share of its images that have it, 0 to 1
   * @param matchedLabel the label that the best one-to-one matching gives it, if one is left for it
   */
  public record Row(
      int cluster, long size, int majorityLabel, double purity, OptionalInt matchedLabel) {}

  public ClusterTable {
    rows = List.copyOf(rows);
  }

  public static ClusterTable of(Contingency table) {
    int[] matching = table.matching();
    long[] sizes = table.clusterSizes();
    return new ClusterTable(
        IntStream.range(0, sizes.length)
            .mapToObj(column -> row(table, column, sizes[column], matching[column]))
            .toList());
  }

  private static Row row(Contingency table, int column, long size, int matched) {
    int majority = 0;
    for (int r = 1; r < table.labels().length; r++) {
      if (table.counts()[r][column] > table.counts()[majority][column]) {
        majority = r;
      }
    }
    return new Row(
        table.clusters()[column],
        size,
        table.labels()[majority],
        (double) table.counts()[majority][column] / size,
        matched < 0 ? OptionalInt.empty() : OptionalInt.of(table.labels()[matched]));
  }
}
