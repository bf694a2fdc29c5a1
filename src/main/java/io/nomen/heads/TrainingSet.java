package io.nomen.heads;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.nomen.heads.Trainer.TrainerSettings;
import io.nomen.tensor.DriverParts;
import io.nomen.tensor.HalfFloats;
import io.nomen.tensor.NativeFloats;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.Torch;
import java.io.Serializable;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The rows that heads are trained on, as they are broadcast: features as half floats and the lists
 * of neighbours, 1.2 kB per row and view at 512 columns and 50 neighbours.
 *
 * <p>An executor puts the features into libtorch's memory at the first step and keeps them there as
 * long as the set itself, or until it is closed.
 */
public final class TrainingSet implements Serializable, AutoCloseable {
  private static final long serialVersionUID = 1L;
  private static final Cleaner CLEANER = Cleaner.create();

  /**
   * Most half floats in one array, 512 MB: a million rows of 1,280 columns are more than Java's
   * arrays can hold, and more than the 2 GiB of a buffer over libtorch's memory.
   */
  private static final int VALUES_PER_PART = 1 << 28;

  /**
   * One table of features.
   *
   * @param width d
   * @param features [N, d] half floats in parts of whole rows, one after the other
   * @param neighbours [N, m] row numbers
   * @param count m
   */
  public record View(int width, List<short[]> features, int[] neighbours, int count)
      implements Serializable {

    public View {
      features = List.copyOf(features);
      int rows = rows(features, width);
      if ((long) rows * count != neighbours.length) {
        throw new IllegalArgumentException(
            "%d rows with %d neighbours each need %d row numbers, not %d"
                .formatted(rows, count, (long) rows * count, neighbours.length));
      }
    }

    /** A view of features that are still [N, d] float32. */
    public static View of(float[] features, int width, int[] neighbours, int count) {
      return new View(width, List.of(HalfFloats.encode(features)), neighbours, count);
    }

    /** N. */
    public int rows() {
      return rows(features, width);
    }

    private static int rows(List<short[]> parts, int width) {
      return parts.stream().mapToInt(part -> part.length / width).sum();
    }
  }

  private final List<View> views;
  private transient NDManager owner;
  private transient List<NDArray> tensors;
  private transient BatchPlan lastPlan;
  private transient List<Object> lastPlanOf;

  public TrainingSet(List<View> views) {
    this.views = List.copyOf(views);
    for (View view : views) {
      if (view.rows() != rows()) {
        throw new IllegalArgumentException(
            "one view has %d rows, another %d".formatted(rows(), view.rows()));
      }
    }
  }

  /** N. */
  public int rows() {
    return views.get(0).rows();
  }

  public List<View> views() {
    return views;
  }

  /** The features in libtorch's memory, one [N, d] float16 tensor per view. */
  synchronized List<NDArray> tensors() {
    if (tensors == null) {
      NDManager scope = Torch.newScope();
      tensors =
          views.stream().map(v -> NativeFloats.ofHalves(scope, v.features(), v.width())).toList();
      owner = scope;
      // An executor drops a broadcast without a word; its native memory must go with it.
      CLEANER.register(this, scope::close);
    }
    return tensors;
  }

  /** The plan of an epoch; the last one is kept, for shards ask for it at every step. */
  synchronized BatchPlan plan(Objective objective, TrainerSettings settings, int epoch) {
    List<Object> key = List.of(objective, settings, epoch);
    if (!key.equals(lastPlanOf)) {
      lastPlan = new BatchPlan(this, objective, settings, epoch);
      lastPlanOf = key;
    }
    return lastPlan;
  }

  /** Frees the native memory of this JVM; the next step takes it again. */
  @Override
  public synchronized void close() {
    if (owner != null) {
      owner.close();
      owner = null;
      tensors = null;
    }
  }

  private record HalfBlock(long firstRow, short[] values) implements Serializable {}

  /**
   * Brings features to the driver as half floats, so that float32 rows never gather in one place.
   *
   * @return all rows, [N, d] half floats, row-major, in parts of whole rows: 1 kB per row at 512
   *     columns
   */
  public static List<short[]> collectHalves(RowBlocks rows) {
    return collectHalves(rows, VALUES_PER_PART);
  }

  static List<short[]> collectHalves(RowBlocks rows, int valuesPerPart) {
    int width = rows.width();
    int perPart = Math.max(1, valuesPerPart / width);
    List<short[]> parts = new ArrayList<>();
    for (long first = 0; first < rows.rows(); first += perPart) {
      parts.add(new short[(int) Math.min(perPart, rows.rows() - first) * width]);
    }
    DriverParts.each(
        rows.blocks().map(b -> new HalfBlock(b.firstRow(), HalfFloats.encode(b.values()))),
        rows.rows() * width * Short.BYTES,
        block -> {
          int count = block.values().length / width;
          for (int i = 0; i < count; i++) {
            long row = block.firstRow() + i;
            short[] part = parts.get((int) (row / perPart));
            System.arraycopy(block.values(), i * width, part, (int) (row % perPart) * width, width);
          }
        });
    return parts;
  }

  /**
   * Which rows make the batches of one epoch: all rows in an order of their own, cut into batches,
   * and for each row drawn one of its neighbours in every view. An epoch that has more steps goes
   * through the rows again in another order. Follows from seed and epoch alone, so that every shard
   * makes the whole plan for itself and takes its part.
   */
  static final class BatchPlan {
    private final TrainingSet set;
    private final int batch;
    private final int steps;
    private final int batchesPerPass;
    private final int rowsAtOnce;
    private final long firstSeed;
    private final long seed;
    private int pass;
    private int[] order;

    BatchPlan(TrainingSet set, Objective objective, TrainerSettings settings, int epoch) {
      this.set = set;
      this.batch = Math.min(settings.batch(), set.rows());
      this.steps = objective.stepsPerEpoch(set.rows(), settings.batch());
      this.batchesPerPass = batches(set.rows(), settings.batch(), objective.dropsPartialBatch());
      this.rowsAtOnce = Math.max(1, objective.rowsAtOnce());
      this.firstSeed = settings.seed() * 1_000_003L + epoch;
      SplittableRandom random = new SplittableRandom(firstSeed);
      this.order = shuffled(set.rows(), random);
      this.seed = random.nextLong();
    }

    /** How many batches a pass over all rows has. */
    static int batches(int rows, int batch, boolean dropPartial) {
      int size = Math.min(batch, rows);
      return dropPartial ? rows / size : (rows + size - 1) / size;
    }

    int batches() {
      return steps;
    }

    /**
     * The part of batch {@code number} that belongs to {@code shard}, [1 + views, n]: rows, then a
     * neighbour of each in every view. Shards part between rows that are worked on at once.
     */
    synchronized long[] draw(int number, int shard, int shards) {
      goTo(number / batchesPerPass);
      int first = number % batchesPerPass * batch;
      int size = Math.min(batch, order.length - first);
      int from = edge(size, shard, shards);
      int to = edge(size, shard + 1, shards);
      int rows = to - from;
      int views = set.views().size();
      long[] drawn = new long[(1 + views) * rows];
      SplittableRandom random = new SplittableRandom(seed + number);
      for (int i = 0; i < size; i++) {
        for (int view = 0; view < views; view++) {
          TrainingSet.View table = set.views().get(view);
          int pick = table.count() == 0 ? 0 : random.nextInt(table.count());
          if (i >= from && i < to) {
            int row = order[first + i];
            drawn[i - from] = row;
            drawn[(1 + view) * rows + i - from] =
                table.count() == 0 ? row : table.neighbours()[row * table.count() + pick];
          }
        }
      }
      return drawn;
    }

    private int edge(int size, int shard, int shards) {
      int parts = (size + rowsAtOnce - 1) / rowsAtOnce;
      return Math.min(size, (int) ((long) parts * shard / shards) * rowsAtOnce);
    }

    /** A task that Spark repeats begins again with the first pass. */
    private void goTo(int wanted) {
      if (wanted != pass) {
        pass = wanted;
        long own = wanted == 0 ? firstSeed : seed ^ (wanted * 0x9E3779B97F4A7C15L);
        order = shuffled(set.rows(), new SplittableRandom(own));
      }
    }

    private static int[] shuffled(int rows, SplittableRandom random) {
      int[] order = new int[rows];
      for (int i = 0; i < rows; i++) {
        int j = random.nextInt(i + 1);
        order[i] = order[j];
        order[j] = i;
      }
      return order;
    }
  }
}
