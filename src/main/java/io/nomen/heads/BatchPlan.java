package io.nomen.heads;

import java.util.SplittableRandom;

/**
 * Which rows make the batches of one epoch: all rows in an order of their own, cut into batches,
 * and for each row drawn one of its neighbours in every view. Follows from seed and epoch alone, so
 * that every shard makes the whole plan for itself and takes its part.
 */
final class BatchPlan {
  private final TrainingSet set;
  private final int batch;
  private final int[] order;
  private final int batches;
  private final long seed;

  BatchPlan(TrainingSet set, int batch, boolean dropPartial, long seed, int epoch) {
    this.set = set;
    this.batch = Math.min(batch, set.rows());
    this.batches = batches(set.rows(), batch, dropPartial);
    SplittableRandom random = new SplittableRandom(seed * 1_000_003L + epoch);
    this.order = shuffled(set.rows(), random);
    this.seed = random.nextLong();
  }

  /** How many batches an epoch has. */
  static int batches(int rows, int batch, boolean dropPartial) {
    int size = Math.min(batch, rows);
    return dropPartial ? rows / size : (rows + size - 1) / size;
  }

  int batches() {
    return batches;
  }

  /**
   * The part of batch {@code number} that belongs to {@code shard}, [1 + views, n]: rows, then a
   * neighbour of each in every view.
   */
  long[] draw(int number, int shard, int shards) {
    int first = number * batch;
    int size = Math.min(batch, order.length - first);
    int from = (int) ((long) size * shard / shards);
    int to = (int) ((long) size * (shard + 1) / shards);
    int rows = to - from;
    int views = set.views().size();
    long[] drawn = new long[(1 + views) * rows];
    SplittableRandom random = new SplittableRandom(seed + number);
    for (int i = 0; i < size; i++) {
      for (int view = 0; view < views; view++) {
        TrainingSet.View table = set.views().get(view);
        int pick = random.nextInt(table.count());
        if (i >= from && i < to) {
          int row = order[first + i];
          drawn[i - from] = row;
          drawn[(1 + view) * rows + i - from] = table.neighbours()[row * table.count() + pick];
        }
      }
    }
    return drawn;
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
