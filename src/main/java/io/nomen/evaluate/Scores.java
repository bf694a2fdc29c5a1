package io.nomen.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Agreement of clusters with labels, in per cent.
 *
 * @param acc share of images whose cluster is matched to their label, by the best one-to-one
 *     matching (Kuhn and Munkres; Yang et al. 2010)
 * @param nmi mutual information over the arithmetic mean of the two entropies, as scikit-learn's
 *     {@code normalized_mutual_info_score}
 * @param ari adjusted Rand index (Hubert and Arabie 1985); 0 for chance, may be negative
 */
public record Scores(double acc, double nmi, double ari) {

  /** Scores of one clustering; both arrays are [n], any integers. */
  public static Scores of(int[] labels, int[] clusters) {
    return of(Contingency.of(labels, clusters));
  }

  /** Scores of a clustering that has been counted. */
  public static Scores of(Contingency table) {
    return new Scores(100 * accuracy(table), 100 * mutualInformation(table), 100 * rand(table));
  }

  private static double accuracy(Contingency table) {
    int[] matching = table.matching();
    long right = 0;
    for (int c = 0; c < matching.length; c++) {
      right += matching[c] < 0 ? 0 : table.counts()[matching[c]][c];
    }
    return (double) right / table.total();
  }

  private static double mutualInformation(Contingency table) {
    double n = table.total();
    long[] labelSizes = table.labelSizes();
    long[] clusterSizes = table.clusterSizes();
    double labelEntropy = entropy(labelSizes, n);
    double clusterEntropy = entropy(clusterSizes, n);
    if (labelSizes.length == 1 && clusterSizes.length == 1) {
      return 1;
    }
    double information = 0;
    for (int r = 0; r < labelSizes.length; r++) {
      for (int c = 0; c < clusterSizes.length; c++) {
        double count = table.counts()[r][c];
        if (count > 0) {
          information += count / n * Math.log(count * n / labelSizes[r] / clusterSizes[c]);
        }
      }
    }
    return Math.max(0, information) / ((labelEntropy + clusterEntropy) / 2);
  }

  private static double entropy(long[] sizes, double n) {
    return Arrays.stream(sizes).mapToDouble(s -> -s / n * Math.log(s / n)).sum();
  }

  private static double rand(Contingency table) {
    double together = Arrays.stream(table.counts()).mapToDouble(row -> pairs(row)).sum();
    double sameLabel = pairs(table.labelSizes());
    double sameCluster = pairs(table.clusterSizes());
    double expected = sameLabel * sameCluster / pairs(new long[] {table.total()});
    double most = (sameLabel + sameCluster) / 2;
    return table.total() == 1 || most == expected ? 1 : (together - expected) / (most - expected);
  }

  private static double pairs(long[] sizes) {
    return Arrays.stream(sizes).mapToDouble(s -> s * (s - 1.0) / 2).sum();
  }

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

  /**
   * What each cluster holds, by the labels of its images.
   *
   * @param rows one row per cluster, by cluster number
   */
  public record LabelTable(List<Row> rows) {

    /**
     * One cluster.
     *
     * @param cluster its number
     * @param size images in it
     * @param majorityLabel the label most of them have; the smaller number of equals
     * @param purity share of its images that have it, 0 to 1
     * @param matchedLabel the label that the best one-to-one matching gives it, if one is left for
     *     it
     */
    public record Row(
        int cluster, long size, int majorityLabel, double purity, OptionalInt matchedLabel) {}

    public LabelTable {
      rows = List.copyOf(rows);
    }

    public static LabelTable of(Contingency table) {
      int[] matching = table.matching();
      long[] sizes = table.clusterSizes();
      return new LabelTable(
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

  /**
   * Two clusterings of the same images.
   *
   * @param nmi agreement in per cent, as {@link Scores}
   * @param ari agreement in per cent, as {@link Scores}
   * @param matches clusters that stand for each other, by the first run's number
   * @param moved how many images there are whose two clusters are not matched to each other
   */
  public record RunComparison(double nmi, double ari, List<Match> matches, long moved) {

    /**
     * A cluster of the first run and its counterpart in the second.
     *
     * @param common images in both
     */
    public record Match(int first, int second, long common) {}

    /** Compares; labels are the clusters of the second run, clusters those of the first. */
    public static RunComparison of(Contingency table) {
      int[] matching = table.matching();
      List<Match> matches = new ArrayList<>();
      for (int c = 0; c < matching.length; c++) {
        int r = matching[c];
        if (r >= 0 && table.counts()[r][c] > 0) {
          matches.add(new Match(table.clusters()[c], table.labels()[r], table.counts()[r][c]));
        }
      }
      Scores scores = Scores.of(table);
      long stayed = matches.stream().mapToLong(Match::common).sum();
      return new RunComparison(
          scores.nmi(), scores.ari(), List.copyOf(matches), table.total() - stayed);
    }

    /** The counterpart in the second run of each cluster of the first that has one. */
    public Map<Integer, Integer> counterparts() {
      return matches.stream().collect(Collectors.toMap(Match::first, Match::second));
    }
  }
}
