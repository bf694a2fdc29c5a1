package io.nomen.run;

import io.nomen.store.Storage;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.RowPartitioner;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/**
 * The table {@code assignments}: executors write it, in the partitions of the embeddings. As a
 * record it is the clusters of all rows on the driver, 16 bytes an image, for what people ask of
 * single images; what a clustering itself needs reads {@link #parts}.
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

  /** A file that a task wrote. */
  private record Part(int partition, String file, long rows) implements Serializable {}

  /**
   * Writes the table {@code assignments} of {@code attempt}, a file per partition, and commits it.
   *
   * @param paths one list for every block, in the same partitions
   * @param resemblance what is known of near-duplicates and outliers, in the same blocks
   */
  public static Table write(
      RunFolder folder,
      String attempt,
      JavaRDD<AssignmentBlock> assignments,
      JavaRDD<List<String>> paths,
      Optional<JavaRDD<ResemblanceBlock>> resemblance) {
    Storage storage = folder.storage();
    String target = folder.attemptFolder("assignments", attempt);
    JavaRDD<NamedBlock> named =
        assignments.zipPartitions(
            paths,
            (blocks, names) -> {
              List<NamedBlock> all = new ArrayList<>();
              blocks.forEachRemaining(block -> all.add(new NamedBlock(block, names.next())));
              return all.iterator();
            });
    List<Part> parts =
        resemblance
            .map(
                known ->
                    named.zipPartitions(
                        withPaths(known, named),
                        (blocks, alike) ->
                            List.of(write(storage, target, blocks, alike)).iterator()))
            .orElseGet(
                () ->
                    named.mapPartitions(
                        blocks ->
                            List.of(write(storage, target, blocks, Collections.emptyIterator()))
                                .iterator()))
            .collect();
    return folder.commit(
        SCHEMA.name(),
        attempt,
        parts.stream().map(Part::file).toList(),
        parts.stream().map(Part::rows).toList());
  }

  /** Rows with their paths. */
  private record NamedBlock(AssignmentBlock rows, List<String> paths) implements Serializable {
    long firstRow() {
      return rows.firstRow();
    }
  }

  /**
   * What is known of resemblance.
   *
   * @param firsts by the numbers of rows that have one: the path that their group goes by
   */
  private record NamedResemblance(ResemblanceBlock rows, Map<Long, String> firsts)
      implements Serializable {}

  /**
   * Paths of the groups' first rows, brought to the partitions of the other rows: two shuffles of
   * the near-duplicates alone.
   */
  private static JavaRDD<NamedResemblance> withPaths(
      JavaRDD<ResemblanceBlock> known, JavaRDD<NamedBlock> named) {
    RowPartitioner places = RowPartitioner.of(known.map(ResemblanceBlock::firstRow));
    JavaPairRDD<Long, Long> byFirst =
        known.flatMapToPair(
            block ->
                IntStream.range(0, block.duplicateOf().length)
                    .filter(i -> block.duplicateOf()[i] != block.firstRow() + i)
                    .mapToObj(
                        i -> new Tuple2<>((long) block.duplicateOf()[i], block.firstRow() + i))
                    .iterator());
    JavaPairRDD<Long, String> firsts =
        byFirst
            .partitionBy(places)
            .zipPartitions(named, Assignments::pathsOfFirsts)
            .mapToPair(pair -> pair)
            .partitionBy(places);
    return known.zipPartitions(
        firsts,
        (blocks, pairs) -> {
          Map<Long, String> own = new HashMap<>();
          pairs.forEachRemaining(pair -> own.put(pair._1(), pair._2()));
          List<NamedResemblance> all = new ArrayList<>();
          blocks.forEachRemaining(block -> all.add(new NamedResemblance(block, own)));
          return all.iterator();
        });
  }

  /** For each row of a group, the path of the group's first row, which is in this partition. */
  private static Iterator<Tuple2<Long, String>> pathsOfFirsts(
      Iterator<Tuple2<Long, Long>> byFirst, Iterator<NamedBlock> named) {
    Map<Long, List<Long>> members = new HashMap<>();
    byFirst.forEachRemaining(
        pair -> members.computeIfAbsent(pair._1(), first -> new ArrayList<>()).add(pair._2()));
    List<Tuple2<Long, String>> found = new ArrayList<>();
    named.forEachRemaining(
        block -> {
          for (int i = 0; !members.isEmpty() && i < block.paths().size(); i++) {
            String path = block.paths().get(i);
            members
                .getOrDefault(block.firstRow() + i, List.of())
                .forEach(row -> found.add(new Tuple2<>(row, path)));
          }
        });
    return found.iterator();
  }

  private static Part write(
      Storage storage,
      String target,
      Iterator<NamedBlock> blocks,
      Iterator<NamedResemblance> resemblance) {
    int partition = TaskContext.getPartitionId();
    String file = Table.newFile("part", partition);
    try (TableWriter<Row> writer = new TableWriter<>(storage, target + "/" + file, SCHEMA)) {
      while (blocks.hasNext()) {
        NamedBlock named = blocks.next();
        AssignmentBlock block = named.rows();
        Optional<NamedResemblance> alike =
            resemblance.hasNext() ? Optional.of(resemblance.next()) : Optional.empty();
        for (int i = 0; i < block.rows(); i++) {
          int place = i;
          long row = block.firstRow() + i;
          writer.write(
              new Row(
                  named.paths().get(i),
                  block.cluster()[i],
                  block.confidence()[i],
                  block.runnerUp()[i],
                  block.runnerUpConfidence()[i],
                  alike.map(known -> known.firsts().get(row)),
                  alike
                      .map(known -> known.rows().outlierScore()[place])
                      .filter(score -> !score.isNaN())));
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

  /**
   * Consecutive rows of the table, column by column.
   *
   * @param rows their numbers, clusters and confidences
   * @param duplicateOf [n] as in the table
   * @param outlierScore [n] NaN where there is none
   */
  public record PartOfTable(
      AssignmentBlock rows,
      List<String> paths,
      List<Optional<String>> duplicateOf,
      float[] outlierScore) {}

  /** The table on the cluster, a part for each file, in row order. */
  public static JavaRDD<PartOfTable> parts(JavaSparkContext spark, Storage storage, Table table) {
    return table.onCluster(spark).map(file -> part(storage, file.uri(), file.firstRow()));
  }

  /** The table on the driver, one file after the other; only one at a time is held. */
  public static Iterator<PartOfTable> inTurn(Storage storage, Table table) {
    return table.inOrder().stream()
        .map(file -> part(storage, file.uri(), file.firstRow()))
        .iterator();
  }

  /** The cluster of every image, by its path. */
  public static JavaPairRDD<String, Integer> byPath(
      JavaSparkContext spark, Storage storage, Table table) {
    return parts(spark, storage, table)
        .flatMapToPair(
            part ->
                IntStream.range(0, part.paths().size())
                    .mapToObj(i -> new Tuple2<>(part.paths().get(i), part.rows().cluster()[i]))
                    .iterator());
  }

  private static PartOfTable part(Storage storage, String uri, long firstRow) {
    return new PartOfTable(
        new AssignmentBlock(
            firstRow,
            new TableColumn(storage, uri, "cluster").ints(),
            new TableColumn(storage, uri, "confidence").floats(),
            new TableColumn(storage, uri, "runner_up").ints(),
            new TableColumn(storage, uri, "runner_up_confidence").floats()),
        new TableColumn(storage, uri, "path").strings(),
        new TableColumn(storage, uri, "duplicate_of").optionalStrings(),
        new TableColumn(storage, uri, "outlier_score").optionalFloats());
  }
}
