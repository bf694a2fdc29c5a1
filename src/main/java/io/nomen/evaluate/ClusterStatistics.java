package io.nomen.evaluate;

import io.nomen.neighbours.NearestRows;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.FixedPointSums;
import io.nomen.tensor.InnerProducts;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import io.nomen.tensor.Silhouette;
import io.nomen.tensor.TreeReduce;
import io.nomen.tensor.UnitRows;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * What two passes over the embeddings of a clustering say of it. The first gives sizes, sums and a
 * sample of rows; the second what needs the means or the sample: medoids and neighbours. The driver
 * gets what has length K, and the sample.
 */
public record ClusterStatistics(RunQuality quality, ClusterProfiles profiles) {
  /** Rows that the silhouette is averaged over. */
  private static final int SCORED = 4_000;

  /** Rows whose neighbours, among all rows, are looked at: so many products a row. */
  private static final int ASKED = 500;

  private static final int NEIGHBOURS = 10;

  /**
   * Makes both passes.
   *
   * @param embeddings [N, d] float32, unit rows
   * @param assignments of the same rows, in the same blocks and partitions
   * @param clusters K
   */
  public static ClusterStatistics of(
      RowBlocks embeddings, JavaRDD<AssignmentBlock> assignments, int clusters, long seed) {
    int[] scored = RowSample.numbers(embeddings.rows(), SCORED, seed);
    int[] asked = RowSample.numbers(embeddings.rows(), ASKED, seed);
    int[] drawn =
        IntStream.concat(Arrays.stream(scored), Arrays.stream(asked)).sorted().distinct().toArray();
    Totals totals = Totals.of(embeddings, assignments, clusters, drawn);
    float[] means = totals.means();
    // A single row has no neighbours to ask for.
    RowSample queries = totals.sample(embeddings.rows() < 2 ? new int[0] : asked);
    Closest closest = Closest.of(embeddings, assignments, means, clusters, queries);
    return new ClusterStatistics(
        new RunQuality(
            totals.sizes,
            Silhouette.of(
                totals.sample(scored).rows().values(),
                embeddings.width(),
                totals.sampledClusters(scored),
                totals.doubleSums(),
                totals.sizes),
            totals.meanConfidence(),
            totals.overallConfidence(),
            agreement(closest, totals.sampledClusters(asked), assignments)),
        new ClusterProfiles(means, embeddings.width(), closest.medoids));
  }

  /** Where clusters lie, and nothing else. */
  static ClusterProfiles profiles(
      RowBlocks embeddings, JavaRDD<AssignmentBlock> assignments, int clusters) {
    Totals totals = Totals.of(embeddings, assignments, clusters, new int[0]);
    float[] means = totals.means();
    Closest closest =
        Closest.of(embeddings, assignments, means, clusters, totals.sample(new int[0]));
    return new ClusterProfiles(means, embeddings.width(), closest.medoids);
  }

  static float[] means(RowBlocks embeddings, JavaRDD<AssignmentBlock> assignments, int clusters) {
    return Totals.of(embeddings, assignments, clusters, new int[0]).means();
  }

  private static OptionalDouble agreement(
      Closest closest, int[] own, JavaRDD<AssignmentBlock> assignments) {
    if (closest.nearest == null) {
      return OptionalDouble.empty();
    }
    int[] neighbours = closest.nearest.sorted(0).neighbours();
    int[] found = Arrays.stream(neighbours).sorted().distinct().toArray();
    int[] clusters = AssignmentBlock.clusters(assignments, found);
    int[] others =
        Arrays.stream(neighbours).map(row -> clusters[Arrays.binarySearch(found, row)]).toArray();
    return OptionalDouble.of(Quality.neighbourConsistency(own, others));
  }

  private static void requireSameRows(RowBlock rows, AssignmentBlock assigned) {
    if (rows.firstRow() != assigned.firstRow() || rows.rows() != assigned.rows()) {
      throw new IllegalStateException(
          "%d rows from %d on cannot have the clusters of %d rows from %d on"
              .formatted(rows.rows(), rows.firstRow(), assigned.rows(), assigned.firstRow()));
    }
  }

  /**
   * Sizes, sums and sampled rows of all clusters. Sums are in fixed point: the same in whatever
   * order partitions come together.
   */
  private static final class Totals implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Sampled rows of one block. */
    private record Part(long firstRow, int[] clusters, float[] values) implements Serializable {}

    private final int width;
    private final long[] sizes;
    private final FixedPointSums rows;
    private final FixedPointSums confidence;
    private final List<Part> parts = new ArrayList<>();

    /** On the driver alone: numbers, clusters and values of the sampled rows. */
    private transient int[] drawn;

    private transient int[] drawnClusters;
    private transient float[] drawnValues;

    private Totals(long all, int width, int clusters) {
      this.width = width;
      this.sizes = new long[clusters];
      this.rows =
          new FixedPointSums(
              Math.multiplyExact(clusters, width), FixedPointSums.fractionBits(all, 1));
      this.confidence = new FixedPointSums(clusters, FixedPointSums.fractionBits(all, 1));
    }

    static Totals of(
        RowBlocks embeddings, JavaRDD<AssignmentBlock> assignments, int clusters, int[] drawn) {
      JavaSparkContext spark = JavaSparkContext.fromSparkContext(embeddings.blocks().context());
      Broadcast<int[]> wanted = spark.broadcast(drawn);
      long all = embeddings.rows();
      int width = embeddings.width();
      Totals totals =
          TreeReduce.of(
              embeddings
                  .blocks()
                  .zipPartitions(
                      assignments,
                      (blocks, assigned) ->
                          List.of(
                                  new Totals(all, width, clusters)
                                      .add(blocks, assigned, wanted.value()))
                              .iterator()),
              (long) clusters * width * Long.BYTES,
              Totals::merge);
      wanted.destroy();
      totals.collect(drawn);
      return totals;
    }

    private Totals add(
        Iterator<RowBlock> blocks, Iterator<AssignmentBlock> assignments, int[] wanted) {
      while (blocks.hasNext()) {
        RowBlock block = blocks.next();
        AssignmentBlock assigned = assignments.next();
        requireSameRows(block, assigned);
        for (int i = 0; i < block.rows(); i++) {
          int cluster = assigned.cluster()[i];
          sizes[cluster]++;
          rows.add(cluster * width, block.values(), i * width, width);
          confidence.add(cluster, assigned.confidence()[i]);
        }
        int[] sampled = RowSample.within(wanted, block.firstRow(), block.rows());
        if (sampled.length > 0) {
          parts.add(
              new Part(
                  block.firstRow(),
                  Arrays.stream(sampled).map(i -> assigned.cluster()[i]).toArray(),
                  block.matrix().select(sampled).values()));
        }
      }
      return this;
    }

    private Totals merge(Totals other) {
      Arrays.setAll(sizes, cluster -> sizes[cluster] + other.sizes[cluster]);
      rows.merge(other.rows);
      confidence.merge(other.confidence);
      parts.addAll(other.parts);
      return this;
    }

    private void collect(int[] numbers) {
      drawn = numbers;
      drawnClusters = new int[numbers.length];
      drawnValues = new float[Math.multiplyExact(numbers.length, width)];
      parts.sort(Comparator.comparingLong(Part::firstRow));
      int at = 0;
      for (Part part : parts) {
        System.arraycopy(part.clusters(), 0, drawnClusters, at, part.clusters().length);
        System.arraycopy(part.values(), 0, drawnValues, at * width, part.values().length);
        at += part.clusters().length;
      }
      parts.clear();
    }

    private int[] places(int[] numbers) {
      return Arrays.stream(numbers).map(row -> Arrays.binarySearch(drawn, row)).toArray();
    }

    RowSample sample(int[] numbers) {
      Matrix all = new Matrix(drawn.length, width, drawnValues);
      return new RowSample(
          Arrays.stream(numbers).asLongStream().toArray(), all.select(places(numbers)));
    }

    int[] sampledClusters(int[] numbers) {
      return Arrays.stream(places(numbers)).map(place -> drawnClusters[place]).toArray();
    }

    float[] means() {
      return UnitRows.of(rows.get(0, sizes.length * width), width);
    }

    double[][] doubleSums() {
      return IntStream.range(0, sizes.length)
          .mapToObj(cluster -> rows.get(cluster * width, width))
          .toArray(double[][]::new);
    }

    double[] meanConfidence() {
      return IntStream.range(0, sizes.length)
          .mapToDouble(cluster -> confidence.get(cluster) / Math.max(1, sizes[cluster]))
          .toArray();
    }

    double overallConfidence() {
      double sum = Arrays.stream(confidence.get(0, sizes.length)).sum();
      return sum / Arrays.stream(sizes).sum();
    }
  }

  /** The row nearest to each mean, of equals the first, and the rows nearest to sampled ones. */
  private static final class Closest implements Serializable {
    private static final long serialVersionUID = 1L;

    private final long[] medoids;
    private final float[] cosines;
    private final NearestRows nearest;

    private Closest(int clusters, int queries, int neighbours) {
      medoids = new long[clusters];
      cosines = new float[clusters];
      Arrays.fill(medoids, -1);
      Arrays.fill(cosines, Float.NEGATIVE_INFINITY);
      nearest = queries == 0 ? null : new NearestRows(queries, neighbours);
    }

    static Closest of(
        RowBlocks embeddings,
        JavaRDD<AssignmentBlock> assignments,
        float[] means,
        int clusters,
        RowSample queries) {
      JavaSparkContext spark = JavaSparkContext.fromSparkContext(embeddings.blocks().context());
      Broadcast<float[]> centres = spark.broadcast(means);
      Broadcast<RowSample> asked = spark.broadcast(queries);
      int count = queries.numbers().length;
      int neighbours = (int) Math.min(NEIGHBOURS, embeddings.rows() - 1);
      Closest closest =
          TreeReduce.of(
              embeddings
                  .blocks()
                  .zipPartitions(
                      assignments,
                      (blocks, assigned) -> {
                        Closest found = new Closest(clusters, count, neighbours);
                        while (blocks.hasNext()) {
                          RowBlock block = blocks.next();
                          found.offer(block, assigned.next(), centres.value());
                          if (count > 0) {
                            found.offer(block, asked.value());
                          }
                        }
                        return List.of(found).iterator();
                      }),
              (clusters + (long) count * neighbours) * (Long.BYTES + Float.BYTES),
              Closest::merge);
      centres.destroy();
      asked.destroy();
      return closest;
    }

    private void offer(RowBlock block, AssignmentBlock assigned, float[] centres) {
      requireSameRows(block, assigned);
      int width = block.width();
      for (int i = 0; i < block.rows(); i++) {
        int cluster = assigned.cluster()[i];
        float product = 0;
        for (int j = 0; j < width; j++) {
          product += block.values()[i * width + j] * centres[cluster * width + j];
        }
        take(cluster, block.firstRow() + i, product);
      }
    }

    private void offer(RowBlock block, RowSample sample) {
      try (InnerProducts products = new InnerProducts(block.matrix())) {
        products.of(
            sample.rows().block(),
            (from, count, found) -> {
              for (int query = 0; query < count; query++) {
                float[] own =
                    Arrays.copyOfRange(found, query * block.rows(), (query + 1) * block.rows());
                nearest.offer(
                    from + query,
                    sample.numbers()[from + query],
                    block.firstRow(),
                    own,
                    block.rows());
              }
            });
      }
    }

    private Closest merge(Closest other) {
      for (int cluster = 0; cluster < medoids.length; cluster++) {
        if (other.medoids[cluster] >= 0) {
          take(cluster, other.medoids[cluster], other.cosines[cluster]);
        }
      }
      if (nearest != null) {
        nearest.merge(other.nearest);
      }
      return this;
    }

    private void take(int cluster, long candidate, float product) {
      boolean better = product > cosines[cluster];
      boolean equalButEarlier = product == cosines[cluster] && candidate < medoids[cluster];
      if (medoids[cluster] < 0 || better || equalButEarlier) {
        medoids[cluster] = candidate;
        cosines[cluster] = product;
      }
    }
  }
}
