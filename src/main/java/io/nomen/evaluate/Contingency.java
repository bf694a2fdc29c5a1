package io.nomen.evaluate;

import io.nomen.tensor.LinearAssignment;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * How often each label meets each cluster.
 *
 * @param labels the distinct labels, ascending: what row r of {@code counts} is
 * @param clusters the distinct clusters, ascending: what column c of {@code counts} is
 * @param counts [labels, clusters] images
 */
public record Contingency(int[] labels, int[] clusters, long[][] counts) {

  /** Counts pairs; both arrays are [n], any integers. */
  public static Contingency of(int[] labelOf, int[] clusterOf) {
    if (labelOf.length != clusterOf.length || labelOf.length == 0) {
      throw new IllegalArgumentException(
          "%d labels for %d clusters: one of each per image, at least one image"
              .formatted(labelOf.length, clusterOf.length));
    }
    int[] labels = Arrays.stream(labelOf).sorted().distinct().toArray();
    int[] clusters = Arrays.stream(clusterOf).sorted().distinct().toArray();
    long[][] counts = new long[labels.length][clusters.length];
    for (int i = 0; i < labelOf.length; i++) {
      counts[Arrays.binarySearch(labels, labelOf[i])][
          Arrays.binarySearch(clusters, clusterOf[i])]++;
    }
    return new Contingency(labels, clusters, counts);
  }

  /** How many images have a label and are in a cluster. */
  record Count(int label, int cluster, long images) {}

  /** Counts pairs of a label and a cluster on the executors; at least one pair. */
  public static Contingency of(JavaRDD<Tuple2<Integer, Integer>> pairs) {
    return of(
        pairs.mapToPair(pair -> new Tuple2<>(pair, 1L)).reduceByKey(Long::sum).collect().stream()
            .map(pair -> new Count(pair._1()._1(), pair._1()._2(), pair._2()))
            .toList());
  }

  /** What was counted, each pair once. */
  static Contingency of(List<Count> found) {
    int[] labels = found.stream().mapToInt(Count::label).sorted().distinct().toArray();
    int[] clusters = found.stream().mapToInt(Count::cluster).sorted().distinct().toArray();
    long[][] counts = new long[labels.length][clusters.length];
    found.forEach(
        pair ->
            counts[Arrays.binarySearch(labels, pair.label())][
                    Arrays.binarySearch(clusters, pair.cluster())] =
                pair.images());
    return new Contingency(labels, clusters, counts);
  }

  /** n, how many images were counted. */
  public long total() {
    return Arrays.stream(labelSizes()).sum();
  }

  /** Images per label, in the order of {@link #labels}. */
  public long[] labelSizes() {
    return Arrays.stream(counts).mapToLong(row -> Arrays.stream(row).sum()).toArray();
  }

  /** Images per cluster, in the order of {@link #clusters}. */
  public long[] clusterSizes() {
    long[] sizes = new long[clusters.length];
    for (long[] row : counts) {
      Arrays.setAll(sizes, c -> sizes[c] + row[c]);
    }
    return sizes;
  }

  /**
   * The one-to-one matching of clusters to labels that covers most images.
   *
   * @return for every column the row matched to it, −1 where there are more clusters than labels
   */
  public int[] matching() {
    double[][] gain = new double[clusters.length][labels.length];
    for (int r = 0; r < labels.length; r++) {
      for (int c = 0; c < clusters.length; c++) {
        gain[c][r] = counts[r][c];
      }
    }
    return LinearAssignment.maximise(gain);
  }
}
