package io.nomen.run;

import io.nomen.store.Storage;
import io.nomen.tensor.AssignmentBlock;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
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
    int[] cluster, float[] confidence, int[] runnerUp, float[] runnerUpConfidence)
    implements Serializable {

  /**
   * One embedded image in the table.
   *
   * @param duplicateOf path of the first image of its group of near-duplicates, where it is another
   * @param outlierScore mean cosine distance to the ten nearest images
   */
  public record Row(
      String path,
      int cluster,
      float confidence,
      int runnerUp,
      float runnerUpConfidence,
      Optional<String> duplicateOf,
      Optional<Float> outlierScore) {}

  private static final TableSchema<Row> SCHEMA = new TableSchema<>("assignments", Row.class);

  public int rows() {
    return cluster.length;
  }

  /** Brings all blocks to the driver. */
  public static Assignments of(JavaRDD<AssignmentBlock> blocks, long count) {
    int rows = Math.toIntExact(count);
    Assignments all =
        new Assignments(new int[rows], new float[rows], new int[rows], new float[rows]);
    for (AssignmentBlock block : blocks.collect()) {
      int at = Math.toIntExact(block.firstRow());
      System.arraycopy(block.cluster(), 0, all.cluster, at, block.rows());
      System.arraycopy(block.confidence(), 0, all.confidence, at, block.rows());
      System.arraycopy(block.runnerUp(), 0, all.runnerUp, at, block.rows());
      System.arraycopy(block.runnerUpConfidence(), 0, all.runnerUpConfidence, at, block.rows());
    }
    return all;
  }

  /** A file that a task wrote. */
  private record Part(int partition, String file, long rows) implements Serializable {}

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
    return folder.commit(SCHEMA.name(), attempt, files, rows);
  }

  private static Part write(
      Storage storage,
      String target,
      Iterator<AssignmentBlock> blocks,
      Iterator<List<String>> paths,
      ResemblanceColumns resemblance) {
    int partition = TaskContext.getPartitionId();
    String file = Table.newFile("part", partition);
    try (TableWriter<Row> writer = new TableWriter<>(storage, target + "/" + file, SCHEMA)) {
      while (blocks.hasNext()) {
        AssignmentBlock block = blocks.next();
        List<String> names = paths.next();
        for (int i = 0; i < block.rows(); i++) {
          writer.write(
              new Row(
                  names.get(i),
                  block.cluster()[i],
                  block.confidence()[i],
                  block.runnerUp()[i],
                  block.runnerUpConfidence()[i],
                  resemblance.duplicateOf(block.firstRow() + i),
                  resemblance.outlierScore(block.firstRow() + i)));
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
    for (Assignments part : table.eachFile(uri -> read(storage, uri))) {
      System.arraycopy(part.cluster, 0, all.cluster, at, part.rows());
      System.arraycopy(part.confidence, 0, all.confidence, at, part.rows());
      System.arraycopy(part.runnerUp, 0, all.runnerUp, at, part.rows());
      System.arraycopy(part.runnerUpConfidence, 0, all.runnerUpConfidence, at, part.rows());
      at += part.rows();
    }
    return all;
  }

  private static Assignments read(Storage storage, String uri) {
    return new Assignments(
        new TableColumn(storage, uri, "cluster").ints(),
        new TableColumn(storage, uri, "confidence").floats(),
        new TableColumn(storage, uri, "runner_up").ints(),
        new TableColumn(storage, uri, "runner_up_confidence").floats());
  }

  /** Paths of all rows, file after file. */
  public static List<String> paths(Storage storage, Table table) {
    return table.eachFile(uri -> new TableColumn(storage, uri, "path").strings()).stream()
        .flatMap(List::stream)
        .toList();
  }
}
