package io.nomen.neighbours;

import io.nomen.Progress;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.TaskThreads;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;

/**
 * Every row against every other one: the rows go round as broadcast waves, and each block keeps the
 * best of what it has seen. Never more than one wave of 65,536 rows is on the driver or twice in an
 * executor.
 */
final class ExactSearch {
  private ExactSearch() {}

  static NeighbourLists run(
      JavaSparkContext spark, RowBlocks matrix, int count, Progress.Step progress) {
    JavaRDD<RowBlock> blocks = matrix.blocks();
    JavaRDD<NearestRows> found = blocks.map(block -> new NearestRows(block.rows(), count));
    int tasks = blocks.getNumPartitions();
    List<Broadcast<?>> waves = new ArrayList<>();
    for (long first = 0; first < matrix.rows(); first += BroadcastChunks.ROWS) {
      Broadcast<List<RowBlock>> keys = spark.broadcast(BroadcastChunks.collect(matrix, first));
      waves.add(keys);
      JavaRDD<NearestRows> before = found;
      found =
          blocks
              .zip(before)
              .map(f -> compare(f._1(), f._2(), keys.value(), tasks))
              .persist(StorageLevel.MEMORY_AND_DISK());
      found.count();
      before.unpersist(false);
      // Only a lost executor's work would need it again, and then fetches it from the driver.
      keys.unpersist(false);
      progress.done(waves.size());
    }
    JavaRDD<NeighbourBlock> lists =
        blocks
            .zip(found)
            .map(f -> f._2().sorted(f._1().firstRow()))
            .persist(StorageLevel.MEMORY_AND_DISK());
    lists.count();
    found.unpersist(false);
    return new NeighbourLists(lists, matrix.rows(), count, NeighbourLists.Report.exact(), waves);
  }

  private static NearestRows compare(
      RowBlock block, NearestRows before, List<RowBlock> keys, int tasks) {
    return TaskThreads.share(
        tasks,
        () -> {
          NearestRows nearest = before.copy();
          try (BlockProducts products = new BlockProducts(block)) {
            for (RowBlock key : keys) {
              nearest.offerAll(block, products, key.values(), key.firstRow());
            }
          }
          return nearest;
        });
  }
}
