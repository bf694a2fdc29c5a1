package io.nomen.kmeans;

import io.nomen.NomenException;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import io.nomen.tensor.UnitRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spherical k-means (rows and centres of length 1, cosine), in two parts.
 *
 * <ol>
 *   <li>MLlib's {@code KMeans} (cosine, block solver, {@code k-means||}) finds centres on rows
 *       drawn at random, and further starts, seeded by random rows and by k-means++ in turns, move
 *       over the same rows.
 *   <li>The better half goes on side by side over <em>all</em> rows with Lloyd's algorithm,
 *       products through libtorch in single precision; poor ones fall out on the way, and the rest
 *       go on until a pass gains next to nothing. The greatest mean cosine wins. MLlib's solver
 *       takes no initial model, so this part is ours.
 * </ol>
 *
 * <p>Where several centres want the same rows one of them may end empty: it restarts as a copy of
 * the largest cluster's centre, the two moved apart a little. Where there are fewer different rows
 * than clusters that cannot help, and the result has fewer centres.
 *
 * <p>One seed gives one result: the sample depends on row numbers, MLlib's partitions on the sample
 * alone, and the sums of the finish are the same in any order.
 */
public final class SphericalKMeans {
  private static final Logger LOG = LoggerFactory.getLogger(SphericalKMeans.class);

  private static final int PARTITIONS_PER_CORE = 2;

  /** 32 MB: 16,384 rows of 512 columns. */
  private static final long FEW_VALUES = 1L << 23;

  /** Sums of a pass, in every task: sets of centres beyond that wait for a pass of their own. */
  private static final long MOST_TALLY_BYTES = 128L << 20;

  private static final int PASSES_PER_SCREENING = 2;

  /** Centres come near on one row of so many. */
  private static final int SHARE = 8;

  /** Of centres that are near already, the last passes gain next to nothing. */
  private static final int NEAR = 10;

  /** Fewer rows than this are quick anyway. */
  private static final long LEAST_SHARE = 16_384;

  /** How far the two halves of a split cluster move apart, as a share of each coordinate. */
  private static final float SPLIT = 1f / 1024;

  /** Unit rows whose sum is so long, as a share of their number, are all equal. */
  private static final double EQUAL = 1 - 1e-6;

  private SphericalKMeans() {}

  /**
   * How hard k-means tries.
   *
   * @param restarts how many sets of first centres are tried
   * @param mlLib whether the first of them is MLlib's, which takes a dozen Spark jobs and, in a JVM
   *     that has not used Spark SQL, ten seconds to load
   * @param finished how many of them are carried to the end; the poorer half falls out after some
   *     passes over the sample, and again every few passes over all rows until this many are left
   * @param maxIterations most passes over all rows
   * @param tolerance a set of centres is finished when a pass lowers its cost (rows minus sum of
   *     cosines) by less than this share; by less than ten times as much where they were found on a
   *     share of the rows first
   * @param rowsPerCluster the starts see about this many rows per cluster, drawn at random
   */
  public record Options(
      int restarts,
      boolean mlLib,
      int finished,
      int maxIterations,
      double tolerance,
      int rowsPerCluster) {

    public Options {
      if (restarts < 1 || finished < 1 || maxIterations < 1 || rowsPerCluster < 1) {
        throw NomenException.usage(
            "k-means needs at least one restart, finished restart, iteration and row per cluster"
                + " (found %d, %d, %d, %d)."
                    .formatted(restarts, finished, maxIterations, rowsPerCluster));
      }
      if (!(tolerance >= 0)) {
        throw NomenException.usage(
            "The tolerance of k-means is %s; give 0 or more.".formatted(tolerance));
      }
    }

    /** What the methods use: {@code restarts} starts, four of them carried to the end. */
    public static Options withRestarts(int restarts) {
      return new Options(restarts, true, Math.min(restarts, 4), 100, 1e-5, 32);
    }

    /** The same with {@code count} starts carried to the end. */
    public Options withFinished(int count) {
      return new Options(restarts, mlLib, count, maxIterations, tolerance, rowsPerCluster);
    }

    private Options withTolerance(double share) {
      return new Options(restarts, mlLib, finished, maxIterations, share, rowsPerCluster);
    }

    /** The same with starts of our own alone: for rows that are few enough for the driver. */
    public Options withoutMlLib() {
      return new Options(restarts, false, finished, maxIterations, tolerance, rowsPerCluster);
    }

    /** Starts of our own alone, {@code finished} of them carried to the end. */
    public static Options withoutMlLib(int restarts, int finished) {
      return new Options(restarts, false, finished, 100, 1e-5, 32);
    }

    /** Where clusters only choose nouns or are compared with: two starts, one finished. */
    public static Options rough() {
      return withoutMlLib(2, 1);
    }
  }

  /**
   * What k-means found.
   *
   * @param best the centres with the greatest objective
   * @param finished all centres that were finished on all rows, best first; {@code best} is the
   *     first
   * @param passes passes over all rows that the finish took
   */
  public record Fit(Centres best, List<Centres> finished, int passes) {}

  /**
   * Finds {@code clusters} centres.
   *
   * @param rows [N, d], unit rows; persisted by the caller
   * @throws NomenException (usage) where more clusters are wanted than there are rows; (input)
   *     where a row is zero or not finite
   */
  public static Fit fit(RowBlocks rows, int clusters, Options options, long seed) {
    requireSensible(rows, clusters);
    List<Matrix> starts =
        clusters == 1
            ? List.of(firstRow(rows))
            : new KMeansStarts(rows, clusters, options, seed).best();
    Fit fit = finishByShares(rows, starts, options, seed);
    LOG.info(
        "k-means of {} rows into {} clusters: mean cosine {} after {} passes",
        rows.rows(),
        fit.best().count(),
        fit.best().objective(),
        fit.passes());
    return fit;
  }

  private static void requireSensible(RowBlocks rows, int clusters) {
    if (clusters < 1) {
      throw NomenException.usage(
          "%d clusters are wanted; give a number from 1.".formatted(clusters));
    }
    if (clusters > rows.rows()) {
      throw NomenException.usage(
          "%d clusters are wanted of %d rows; give at most %d."
              .formatted(clusters, rows.rows(), rows.rows()));
    }
    long bad =
        rows.blocks()
            .map(UnitRows::firstWithoutDirection)
            .filter(row -> row >= 0)
            .fold(Long.MAX_VALUE, Math::min);
    if (bad != Long.MAX_VALUE) {
      throw NomenException.input(
          "Row %d of the embeddings is zero or not finite and has no direction; leave it out."
              .formatted(bad));
    }
  }

  private static Matrix firstRow(RowBlocks rows) {
    RowBlock block = rows.blocks().filter(b -> b.rows() > 0).first();
    return block.matrix().select(new int[] {0});
  }

  /**
   * {@link #finish} on an eighth of the rows, where that is plenty, and before that on a
   * sixty-fourth, and so on: what is left to do on all rows are a few passes.
   */
  private static Fit finishByShares(
      RowBlocks rows, List<Matrix> starts, Options options, long seed) {
    long least = Math.max(LEAST_SHARE, (long) options.rowsPerCluster() * starts.get(0).rows());
    long largest = share(rows.rows(), least);
    List<Matrix> sets = starts;
    for (long share = largest; share > 1; share /= SHARE) {
      RowBlocks some = RowSample.hashedBlocks(rows, rows.rows() / share, seed);
      int clusters = starts.get(0).rows();
      sets =
          finish(some, sets, options).finished().stream()
              .map(found -> complete(found, clusters))
              .toList();
      some.unpersist();
    }
    return finish(
        rows, sets, largest > 1 ? options.withTolerance(NEAR * options.tolerance()) : options);
  }

  /** K centres again where some of them had no rows: halves of the largest in their place. */
  private static Matrix complete(Centres found, int clusters) {
    int width = found.rows().width();
    long[] sizes = Arrays.copyOf(found.sizes(), clusters);
    float[] values = Arrays.copyOf(found.rows().values(), clusters * width);
    fillEmpty(values, width, sizes);
    return new Matrix(clusters, width, values).unit();
  }

  /** One row of so many, a power of {@value #SHARE}, is at least {@code least} rows. */
  private static long share(long rows, long least) {
    return rows / SHARE < least ? 1 : SHARE * share(rows / SHARE, least);
  }

  /** A set of centres on its way, and the cost (rows minus sum of cosines) of the pass before. */
  private record CentreSet(Matrix centres, double cost, int stalled) {}

  /**
   * Passes of Lloyd's algorithm over all rows, for several sets of centres side by side, until
   * every set has settled: a pass reads every row once and multiplies it with the centres of all
   * sets that still move.
   *
   * @param starts sets of K unit centres each, [K, d]
   */
  static Fit finish(RowBlocks rows, List<Matrix> starts, Options options) {
    return finish(passes(rows, FEW_VALUES), rows.rows(), starts, options);
  }

  private static Fit finish(Passes all, long rows, List<Matrix> starts, Options options) {
    List<CentreSet> moving =
        new ArrayList<>(
            starts.stream().map(s -> new CentreSet(s, Double.POSITIVE_INFINITY, 0)).toList());
    List<Centres> finished = new ArrayList<>();
    int passes = 0;
    while (!moving.isEmpty()) {
      passes++;
      List<CentreSet> next = new ArrayList<>();
      int atOnce = setsAtOnce(moving.get(0).centres());
      for (int from = 0; from < moving.size(); from += atOnce) {
        List<CentreSet> sets = moving.subList(from, Math.min(moving.size(), from + atOnce));
        Matrix centres = stacked(sets.stream().map(CentreSet::centres).toList());
        LloydTally tally = all.over(centres, sets.size());
        for (int set = 0; set < sets.size(); set++) {
          CentreSet before = sets.get(set);
          double cost = rows - tally.cosineSum(set);
          // Where every row is a centre, rounding leaves a cost around 0 on either side of it.
          double least = options.tolerance() * Math.abs(cost);
          int stalled = before.cost() - cost <= least ? before.stalled() + 1 : 0;
          long[] sizes = tally.sizes(set);
          boolean empty = IntStream.range(0, sizes.length).anyMatch(c -> sizes[c] == 0);
          if (passes >= options.maxIterations() || stalled > (empty ? 1 : 0)) {
            finished.add(canonical(before.centres(), tally, set, rows));
          } else {
            next.add(new CentreSet(step(before.centres(), tally, set), cost, stalled));
          }
        }
      }
      moving = screened(next, passes, options);
    }
    finished.sort(Comparator.comparingDouble(Centres::objective).reversed());
    return new Fit(finished.get(0), List.copyOf(finished), passes);
  }

  private static int setsAtOnce(Matrix centres) {
    long bytes = (long) centres.rows() * centres.width() * Long.BYTES;
    return (int) Math.max(1, MOST_TALLY_BYTES / bytes);
  }

  /** Lets the poorer half fall out now and then, until as many are left as shall be finished. */
  private static List<CentreSet> screened(List<CentreSet> moving, int passes, Options options) {
    int enough = Math.max(options.finished(), (moving.size() + 1) / 2);
    if (passes % PASSES_PER_SCREENING != 0 || moving.size() <= enough) {
      return moving;
    }
    List<CentreSet> best = new ArrayList<>(moving);
    best.sort(Comparator.comparingDouble(CentreSet::cost));
    return new ArrayList<>(best.subList(0, enough));
  }

  /** Goes over all rows once. */
  interface Passes {
    LloydTally over(Matrix centres, int sets);
  }

  /** On the driver where rows are few: a Spark job costs more than a pass over them. */
  static Passes passes(RowBlocks rows, long fewValues) {
    if (rows.rows() * rows.width() <= fewValues) {
      List<RowBlock> blocks = rows.blocks().filter(block -> block.rows() > 0).collect();
      return (centres, sets) -> LloydTally.of(blocks, centres, sets, rows.rows());
    }
    RowBlocks few = coalesced(rows);
    return (centres, sets) -> LloydTally.of(few, centres, sets);
  }

  /** The blocks in few partitions: a task costs more than a block. */
  private static RowBlocks coalesced(RowBlocks rows) {
    int wanted = rows.blocks().context().defaultParallelism() * PARTITIONS_PER_CORE;
    return rows.blocks().getNumPartitions() > wanted
        ? new RowBlocks(rows.blocks().coalesce(wanted), rows.rows(), rows.width())
        : rows;
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

  private static Centres canonical(Matrix centres, LloydTally tally, int set, long rows) {
    long[] sizes = tally.sizes(set);
    int[] order = Centres.canonicalOrder(sizes, tally.firstRows(set));
    long[] ordered = IntStream.of(order).mapToLong(c -> sizes[c]).toArray();
    return new Centres(centres.select(order), ordered, tally.cosineSum(set) / rows);
  }

  /**
   * New centres of set {@code set}, [K, d] unit rows. An empty cluster becomes one half of the
   * largest: coordinates of the two take turns in being made a little larger and smaller, as in
   * faiss's k-means (Clustering.cpp, there for the same purpose). Rows that cancel each other out
   * leave their centre where it was.
   */
  static Matrix step(Matrix before, LloydTally tally, int set) {
    int clusters = before.rows();
    int width = before.width();
    long[] sizes = tally.sizes(set);
    float[] values = before.values().clone();
    for (int c = 0; c < clusters; c++) {
      if (sizes[c] > 0) {
        double[] sum = tally.sum(set, c);
        double length = length(sum);
        for (int j = 0; length > 0 && j < width; j++) {
          values[c * width + j] = (float) (sum[j] / length);
        }
        if (length >= sizes[c] * EQUAL) {
          // Rows that are all equal stay together: another cluster is to be cut.
          sizes[c] = 1;
        }
      }
    }
    fillEmpty(values, width, sizes);
    return new Matrix(clusters, width, values).unit();
  }

  private static void fillEmpty(float[] values, int width, long[] sizes) {
    for (int c = 0; c < sizes.length; c++) {
      if (sizes[c] == 0) {
        split(values, width, largest(sizes), c);
        halve(sizes, largest(sizes), c);
      }
    }
  }

  private static int largest(long[] sizes) {
    int largest = 0;
    for (int c = 1; c < sizes.length; c++) {
      if (sizes[c] > sizes[largest]) {
        largest = c;
      }
    }
    return largest;
  }

  private static void halve(long[] sizes, int from, int to) {
    sizes[to] = sizes[from] / 2;
    sizes[from] -= sizes[to];
  }

  private static void split(float[] values, int width, int from, int to) {
    for (int j = 0; j < width; j++) {
      float value = values[from * width + j];
      float step = (j % 2 == 0 ? SPLIT : -SPLIT) * value;
      values[to * width + j] = value + step;
      values[from * width + j] = value - step;
    }
  }

  private static double length(double[] vector) {
    double squares = 0;
    for (double value : vector) {
      squares += value * value;
    }
    return Math.sqrt(squares);
  }
}
