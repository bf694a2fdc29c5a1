package io.nomen.run;

import io.nomen.run.EmbeddingTable.Piece;
import io.nomen.store.Storage;
import io.nomen.tensor.AssignmentBlock;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/** The table {@code assignments}: executors write it, in the partitions of the embeddings. */
public final class Assignments {
  private Assignments() {}

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
      Optional<JavaRDD<ResemblanceBlock.Named>> resemblance) {
    JavaPairRDD<AssignmentBlock, List<String>> named = assignments.zip(paths);
    return folder.write(
        SCHEMA,
        attempt,
        resemblance
            .map(known -> named.zip(known).flatMap(all -> rows(all._1(), all._2())))
            .orElseGet(() -> named.flatMap(all -> rows(all, ResemblanceBlock.Named.NONE))));
  }

  private static Iterator<Row> rows(
      Tuple2<AssignmentBlock, List<String>> named, ResemblanceBlock.Named known) {
    AssignmentBlock block = named._1();
    return IntStream.range(0, block.rows())
        .mapToObj(
            i ->
                new Row(
                    named._2().get(i),
                    block.cluster()[i],
                    block.confidence()[i],
                    block.runnerUp()[i],
                    block.runnerUpConfidence()[i],
                    known.duplicateOf(i),
                    known.outlierScore(i)))
        .iterator();
  }

  /**
   * An image of the table with the number of its row, by which images are in order.
   *
   * @param outlierScore NaN where it is not known
   */
  public record Image(
      long row,
      String path,
      int cluster,
      float confidence,
      int runnerUp,
      float runnerUpConfidence,
      float outlierScore)
      implements Comparable<Image>, Serializable {

    @Override
    public int compareTo(Image other) {
      return Long.compare(row, other.row);
    }
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
      float[] outlierScore) {

    private static PartOfTable empty(long firstRow, int rows) {
      return new PartOfTable(
          new AssignmentBlock(
              firstRow, new int[rows], new float[rows], new int[rows], new float[rows]),
          new ArrayList<>(),
          new ArrayList<>(),
          new float[rows]);
    }

    /** Takes rows of another part over, from its row {@code from} on, as many as are missing. */
    private void append(PartOfTable other, int from) {
      int at = paths.size();
      int count = Math.min(rows.rows() - at, other.paths.size() - from);
      System.arraycopy(other.rows.cluster(), from, rows.cluster(), at, count);
      System.arraycopy(other.rows.confidence(), from, rows.confidence(), at, count);
      System.arraycopy(other.rows.runnerUp(), from, rows.runnerUp(), at, count);
      System.arraycopy(other.rows.runnerUpConfidence(), from, rows.runnerUpConfidence(), at, count);
      System.arraycopy(other.outlierScore, from, outlierScore, at, count);
      paths.addAll(other.paths.subList(from, from + count));
      duplicateOf.addAll(other.duplicateOf.subList(from, from + count));
    }

    /** The image in row {@code place} of this part. */
    public Image image(int place) {
      return new Image(
          rows.firstRow() + place,
          paths.get(place),
          rows.cluster()[place],
          rows.confidence()[place],
          rows.runnerUp()[place],
          rows.runnerUpConfidence()[place],
          outlierScore[place]);
    }

    /** What is known of near-duplicates and outliers. */
    public ResemblanceBlock.Named resemblance() {
      return new ResemblanceBlock.Named(duplicateOf, outlierScore);
    }
  }

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

  /** The table in other parts than its files, one for each of {@code pieces}. */
  static JavaRDD<PartOfTable> parts(JavaRDD<Piece> pieces, Storage storage, Table table) {
    Broadcast<List<Table.TableFile>> files =
        JavaSparkContext.fromSparkContext(pieces.context()).broadcast(table.inOrder());
    return pieces.mapPartitions(own -> new Cut(own, storage, files.value()));
  }

  /** Reads a file once for all pieces of a partition, which follow each other. */
  private static final class Cut implements Iterator<PartOfTable> {
    private final Iterator<Piece> pieces;
    private final Storage storage;
    private final List<Table.TableFile> files;
    private int next;
    private PartOfTable open = PartOfTable.empty(0, 0);

    Cut(Iterator<Piece> pieces, Storage storage, List<Table.TableFile> files) {
      this.pieces = pieces;
      this.storage = storage;
      this.files = files;
    }

    @Override
    public boolean hasNext() {
      return pieces.hasNext();
    }

    @Override
    public PartOfTable next() {
      Piece piece = pieces.next();
      PartOfTable part = PartOfTable.empty(piece.firstRow(), piece.rows());
      while (part.paths().size() < piece.rows()) {
        long row = piece.firstRow() + part.paths().size();
        while (row >= open.rows().firstRow() + open.paths().size()) {
          // Of files from which no piece of this partition takes a row, none is opened.
          while (next + 1 < files.size() && files.get(next + 1).firstRow() <= row) {
            next++;
          }
          open = part(storage, files.get(next).uri(), files.get(next).firstRow());
        }
        part.append(open, (int) (row - open.rows().firstRow()));
      }
      return part;
    }
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
