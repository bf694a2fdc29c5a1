package io.nomen.heads;

import io.nomen.heads.Trainer.TrainerSettings;
import java.util.SplittableRandom;

/**
 * Which rows make the batches of one epoch: all rows in an order of their own, cut into batches,
 * and for each row drawn one of its neighbours in every view. An epoch that has more steps goes
 * through the rows again in another order. Follows from seed and epoch alone, so that every shard
 * makes the whole plan for itself and takes its part.
 */
final class BatchPlan {
  private final TrainingSet set;
  private final int batch;
  private final int steps;
  private final int batchesPerPass;
  private final int rowsAtOnce;
  private final long seed;
  private int pass;
  private int[] order;

  BatchPlan(TrainingSet set, Objective objective, TrainerSettings settings, int epoch) {
    this.set = set;
    this.batch = Math.min(settings.batch(), set.rows());
    this.steps = objective.stepsPerEpoch(set.rows(), settings.batch());
    this.batchesPerPass = batches(set.rows(), settings.batch(), objective.dropsPartialBatch());
    this.rowsAtOnce = Math.max(1, objective.rowsAtOnce());
    SplittableRandom random = new SplittableRandom(settings.seed() * 1_000_003L + epoch);
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

  private void goTo(int wanted) {
    if (wanted != pass) {
      pass = wanted;
      order = shuffled(set.rows(), new SplittableRandom(seed ^ (wanted * 0x9E3779B97F4A7C15L)));
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
