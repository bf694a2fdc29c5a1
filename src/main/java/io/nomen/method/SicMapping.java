package io.nomen.method;

import io.nomen.heads.TrainedHead;
import io.nomen.neighbours.NearestRows;
import io.nomen.neighbours.NeighbourLists.NeighbourBlock;
import io.nomen.tensor.FixedPointSums;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.TopK;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * How SIC's clusters get their semantic centres, of which the nearest is an image's pseudo-label
 * (arXiv 2208.09849, section 3.3).
 */
public enum SicMapping {
  /** Every image takes its nearest noun; a centre is the mean of the nouns of its images. */
  DIRECT,
  /** A centre is the mean of the nouns nearest to the k-means centre. */
  CENTER,
  /** As CENTER, but around the images most sure of the cluster, anew before every epoch. */
  ADJUSTED;

  /** ξ_a, nouns that make a centre. */
  private static final int NOUNS_PER_CENTRE = 30;

  /** ξ_c, share of a cluster's expected size whose surest images are averaged. */
  private static final double SUREST_SHARE = 0.9;

  /** The word for the command line and {@code run.json}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The mapping for one training: from the head as it is to the centres.
   *
   * @param space the nouns
   * @param embeddings [N, d], unit rows that are trained on
   * @param features the same rows with their lengths
   * @param members rows of each k-means cluster
   * @param centres [K, d] of k-means, unit rows
   */
  Function<TrainedHead, SicSpace.Centres> centring(
      SicSpace space,
      RowBlocks embeddings,
      RowBlocks features,
      List<int[]> members,
      Matrix centres) {
    return switch (this) {
      case DIRECT -> {
        SicSpace.Centres fixed = space.votedMeans(nearestNouns(space, embeddings), members);
        yield head -> fixed;
      }
      case CENTER -> {
        SicSpace.Centres fixed = space.nearestMeans(centres, NOUNS_PER_CENTRE);
        yield head -> fixed;
      }
      case ADJUSTED ->
          head -> {
            Matrix surest = means(embeddings, surest(features, head), 1).unit();
            return space.nearestMeans(surest, NOUNS_PER_CENTRE);
          };
    };
  }

  /** The noun nearest to every row, [N]. */
  private static int[] nearestNouns(SicSpace space, RowBlocks embeddings) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(embeddings.blocks().context());
    Broadcast<Matrix> nouns = spark.broadcast(space.nouns().embeddings());
    int[] nearest = new int[Math.toIntExact(embeddings.rows())];
    int at = 0;
    for (int[] part : embeddings.blocks().map(b -> nearest(b, nouns.value())).collect()) {
      System.arraycopy(part, 0, nearest, at, part.length);
      at += part.length;
    }
    nouns.destroy();
    return nearest;
  }

  private static int[] nearest(RowBlock block, Matrix nouns) {
    float[] cosines = SicSpace.products(block.matrix(), nouns);
    int[] nearest = new int[block.rows()];
    Arrays.setAll(nearest, i -> TopK.first(cosines, i * nouns.rows(), nouns.rows()));
    return nearest;
  }

  /** The rows with the highest logit for each cluster; a row may be in several. */
  private static List<int[]> surest(RowBlocks features, TrainedHead head) {
    int clusters = head.shape().clusters();
    long size = features.rows() / clusters;
    int count = (int) Math.max(1, Math.floor(size * SUREST_SHARE));
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(features.blocks().context());
    Broadcast<TrainedHead> shared = spark.broadcast(head);
    NearestRows best =
        features
            .blocks()
            .map(block -> shared.value().logits(block))
            .mapPartitions(
                blocks -> {
                  NearestRows nearest = new NearestRows(clusters, count);
                  blocks.forEachRemaining(logits -> offer(nearest, logits));
                  return List.of(nearest).iterator();
                })
            .treeReduce(NearestRows::merge);
    shared.destroy();
    NeighbourBlock lists = best.sorted(0);
    List<int[]> surest = new ArrayList<>();
    for (int k = 0; k < clusters; k++) {
      surest.add(Arrays.copyOfRange(lists.neighbours(), k * count, (k + 1) * count));
    }
    return surest;
  }

  private static void offer(NearestRows best, RowBlock logits) {
    for (int i = 0; i < logits.rows(); i++) {
      for (int k = 0; k < logits.width(); k++) {
        best.offer(
            k, Math.toIntExact(logits.firstRow() + i), logits.values()[i * logits.width() + k]);
      }
    }
  }

  /**
   * The mean of each group's rows, [groups, d]; zeros for a group without rows.
   *
   * @param members row numbers of each group; a row may be in several
   * @param largest no number of the rows is further from 0 than this
   */
  static Matrix means(RowBlocks rows, List<int[]> members, double largest) {
    int width = rows.width();
    FixedPointSums none =
        new FixedPointSums(
            Math.multiplyExact(members.size(), width),
            FixedPointSums.fractionBits(rows.rows(), largest));
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(rows.blocks().context());
    Broadcast<List<int[]>> shared = spark.broadcast(members);
    FixedPointSums sums =
        rows.blocks()
            .treeAggregate(
                none, (sum, block) -> add(sum, block, shared.value()), FixedPointSums::merge);
    shared.destroy();
    float[] means = new float[members.size() * width];
    for (int i = 0; i < means.length; i++) {
      means[i] = (float) (sums.get(i) / Math.max(1, members.get(i / width).length));
    }
    return new Matrix(members.size(), width, means);
  }

  private static FixedPointSums add(FixedPointSums sums, RowBlock block, List<int[]> members) {
    int width = block.width();
    for (int group = 0; group < members.size(); group++) {
      for (int row : members.get(group)) {
        long own = row - block.firstRow();
        if (own >= 0 && own < block.rows()) {
          sums.add(group * width, block.values(), (int) own * width, width);
        }
      }
    }
    return sums;
  }
}
