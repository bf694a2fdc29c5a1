package io.nomen.kmeans;

import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Passes of Lloyd's algorithm over all rows, for several sets of centres side by side: a pass reads
 * every row once and multiplies it with the centres of all sets that still move.
 */
final class LloydFinish {
  private static final int PARTITIONS_PER_CORE = 2;
  private static final int TREE_DEPTH = 2;
  private static final int PASSES_PER_SCREENING = 2;

  private final RowBlocks rows;
  private final KMeansOptions options;

  /** A set of centres on its way, and the cost (rows minus sum of cosines) of the pass before. */
  private record Moving(Matrix centres, double cost, int stalled) {}

  LloydFinish(RowBlocks rows, KMeansOptions options) {
    this.rows = rows;
    this.options = options;
  }

  /**
   * Goes over the rows until every set has settled.
   *
   * @param starts sets of K unit centres each, [K, d]
   */
  KMeansFit run(List<Matrix> starts) {
    JavaRDD<RowBlock> blocks = gathered();
    List<Moving> moving =
        new ArrayList<>(
            starts.stream().map(s -> new Moving(s, Double.POSITIVE_INFINITY, 0)).toList());
    List<Centres> finished = new ArrayList<>();
    int passes = 0;
    while (!moving.isEmpty()) {
      passes++;
      LloydTally tally = pass(blocks, moving.stream().map(Moving::centres).toList());
      List<Moving> next = new ArrayList<>();
      for (int set = 0; set < moving.size(); set++) {
        Moving before = moving.get(set);
        double cost = rows.rows() - tally.cosineSum(set);
        int stalled = before.cost() - cost <= options.tolerance() * cost ? before.stalled() + 1 : 0;
        long[] sizes = tally.sizes(set);
        boolean empty = IntStream.range(0, sizes.length).anyMatch(c -> sizes[c] == 0);
        if (passes >= options.maxIterations() || stalled > (empty ? 1 : 0)) {
          finished.add(canonical(before.centres(), tally, set));
        } else {
          next.add(new Moving(LloydStep.move(before.centres(), tally, set), cost, stalled));
        }
      }
      moving = screened(next, passes);
    }
    finished.sort(Comparator.comparingDouble(Centres::objective).reversed());
    return new KMeansFit(finished.get(0), List.copyOf(finished), passes);
  }

  /** Lets the poorer half fall out now and then, until as many are left as shall be finished. */
  private List<Moving> screened(List<Moving> moving, int passes) {
    int enough = Math.max(options.finished(), (moving.size() + 1) / 2);
    if (passes % PASSES_PER_SCREENING != 0 || moving.size() <= enough) {
      return moving;
    }
    List<Moving> best = new ArrayList<>(moving);
    best.sort(Comparator.comparingDouble(Moving::cost));
    return new ArrayList<>(best.subList(0, enough));
  }

  /** The blocks in few partitions: a task costs more than a block. */
  private JavaRDD<RowBlock> gathered() {
    int wanted = rows.blocks().context().defaultParallelism() * PARTITIONS_PER_CORE;
    return rows.blocks().getNumPartitions() > wanted
        ? rows.blocks().coalesce(wanted)
        : rows.blocks();
  }

  private LloydTally pass(JavaRDD<RowBlock> blocks, List<Matrix> centresOfSets) {
    Matrix all = stacked(centresOfSets);
    int sets = centresOfSets.size();
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(blocks.context());
    Broadcast<Matrix> centres = spark.broadcast(all);
    try {
      return blocks
          .mapPartitions(part -> tally(part, centres.value(), sets))
          .treeReduce(LloydTally::merge, TREE_DEPTH);
    } finally {
      centres.destroy();
    }
  }

  private static Iterator<LloydTally> tally(Iterator<RowBlock> blocks, Matrix centres, int sets) {
    LloydTally tally = new LloydTally(sets, centres.rows() / sets, centres.width());
    try (NearestSums nearest = new NearestSums(centres, sets)) {
      blocks.forEachRemaining(block -> tally.add(block, nearest));
    }
    return List.of(tally).iterator();
  }

  private static Matrix stacked(List<Matrix> sets) {
    Matrix first = sets.get(0);
    int length = first.values().length;
    float[] all = new float[sets.size() * length];
    for (int set = 0; set < sets.size(); set++) {
      System.arraycopy(sets.get(set).values(), 0, all, set * length, length);
    }
    return new Matrix(sets.size() * first.rows(), first.width(), all);
  }

  private Centres canonical(Matrix centres, LloydTally tally, int set) {
    long[] sizes = tally.sizes(set);
    int[] order = ClusterOrder.of(sizes, tally.firstRows(set));
    long[] ordered = IntStream.of(order).mapToLong(c -> sizes[c]).toArray();
    return new Centres(centres.select(order), ordered, tally.cosineSum(set) / rows.rows());
  }
}
