package io.nomen.evaluate;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Labels against clusters, with every cluster in the column of the label that it is matched to: a
 * perfect clustering has all images on the diagonal.
 *
 * @param labels what row r is
 * @param clusters what column c is: first the matched clusters in the order of their labels, then
 *     those left over
 * @param counts [labels, clusters] images
 */
public record ConfusionMatrix(int[] labels, int[] clusters, long[][] counts) {

  public static ConfusionMatrix of(Contingency table) {
    int[] matching = table.matching();
    int[] columns =
        IntStream.range(0, matching.length)
            .boxed()
            .sorted(
                java.util.Comparator.comparingInt(
                    c -> matching[c] < 0 ? Integer.MAX_VALUE : matching[c]))
            .mapToInt(Integer::intValue)
            .toArray();
    return new ConfusionMatrix(
        table.labels(),
        Arrays.stream(columns).map(c -> table.clusters()[c]).toArray(),
        Arrays.stream(table.counts())
            .map(row -> Arrays.stream(columns).mapToLong(c -> row[c]).toArray())
            .toArray(long[][]::new));
  }
}
