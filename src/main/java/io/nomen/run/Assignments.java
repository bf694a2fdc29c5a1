package io.nomen.run;

import io.nomen.store.Storage;
import io.nomen.tensor.AssignmentBlock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * The clusters of all rows, as the driver holds them: 16 bytes an image.
 *
 * @param cluster [N]
 * @param confidence [N] 0 to 1
 * @param runnerUp [N] the next best cluster
 * @param runnerUpConfidence [N] 0 to 1
 */
public record Assignments(
    int[] cluster, float[] confidence, int[] runnerUp, float[] runnerUpConfidence) {

  public int rows() {
    return cluster.length;
  }

  /** A file that a task wrote. */
  private record Part(int partition, String file, long rows) implements java.io.Serializable {}

  /**
   * Writes the table {@code assignments} of {@code attempt}, a file per partition, and commits it.
   *
   * @param paths one list for every block, in the same partitions
   * @param resemblance what is known of near-duplicates and outliers
   */
  public static Table write(
      RunFolder folder,
      String attempt,
      JavaRDD<AssignmentBlock> assignments,
      JavaRDD<List<String>> paths,
      ResemblanceColumns resemblance) {
    Storage storage = folder.storage();
    Broadcast<ResemblanceColumns> shared =
        JavaSparkContext.fromSparkContext(paths.context()).broadcast(resemblance);
    String target = folder.attemptFolder("assignments", attempt);
    List<Part> parts =
        assignments
            .zipPartitions(
                paths,
                (blocks, names) ->
                    List.of(write(storage, target, blocks, names, shared.value())).iterator())
            .collect();
    shared.destroy();
    List<String> files = new ArrayList<>();
    List<Long> rows = new ArrayList<>();
    for (Part part : parts) {
      files.add(part.file());
      rows.add(part.rows());
    }
    Table table = new Table("assignments", target, files, rows);
    table.commit(storage);
    Leftovers.delete(storage, target, files);
    return table;
  }

  private static Part write(
      Storage storage,
      String target,
      Iterator<AssignmentBlock> blocks,
      Iterator<List<String>> paths,
      ResemblanceColumns resemblance) {
    int partition = TaskContext.getPartitionId();
    String file = TaskFile.name("part", partition);
    try (TableWriter writer = new TableWriter(storage, target + "/" + file, Tables.ASSIGNMENTS)) {
      while (blocks.hasNext()) {
        AssignmentBlock block = blocks.next();
        List<String> names = paths.next();
        for (int i = 0; i < block.rows(); i++) {
          writer.write(
              names.get(i),
              block.cluster()[i],
              block.confidence()[i],
              block.runnerUp()[i],
              block.runnerUpConfidence()[i],
              resemblance.duplicateOf(block.firstRow() + i),
              resemblance.outlierScore(block.firstRow() + i));
        }
      }
      return new Part(partition, file, writer.rows());
    }
  }

  /** Reads a committed table. */
  public static Assignments read(Storage storage, Table table) {
    int rows = Math.toIntExact(table.totalRows());
    Assignments all =
        new Assignments(new int[rows], new float[rows], new int[rows], new float[rows]);
    int at = 0;
    for (String uri : table.uris()) {
      int[] cluster = new TableColumn(storage, uri, "cluster").ints();
      System.arraycopy(cluster, 0, all.cluster, at, cluster.length);
      copy(new TableColumn(storage, uri, "confidence").floats(), all.confidence, at);
      int[] runnerUp = new TableColumn(storage, uri, "runner_up").ints();
      System.arraycopy(runnerUp, 0, all.runnerUp, at, runnerUp.length);
      copy(
          new TableColumn(storage, uri, "runner_up_confidence").floats(),
          all.runnerUpConfidence,
          at);
      at += cluster.length;
    }
    return all;
  }

  private static void copy(float[] from, float[] to, int at) {
    System.arraycopy(from, 0, to, at, from.length);
  }

  /** Paths of all rows, file after file. */
  public static List<String> paths(Storage storage, Table table) {
    List<String> paths = new ArrayList<>();
    for (String uri : table.uris()) {
      paths.addAll(new TableColumn(storage, uri, "path").strings());
    }
    return paths;
  }
}
