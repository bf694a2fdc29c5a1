package io.nomen.run;

import io.nomen.NomenException;
import io.nomen.run.Assignments.PartOfTable;
import io.nomen.spark.Placement;
import io.nomen.store.Digests;
import io.nomen.store.Storage;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * The embeddings of a run as matrices on a cluster.
 *
 * <p>Rows are numbered file after file. Files are grouped into partitions by their rows alone, so
 * order and partitioning are the same on every cluster, and with them every sum that is taken over
 * them.
 */
public final class EmbeddingTable {
  /** One row per image with status {@code ok}: unit embedding, and the length that it had. */
  public record Row(String path, float[] embedding, float norm) {}

  public static final TableSchema<Row> SCHEMA = new TableSchema<>("embeddings", Row.class);

  /** The same with the embedding of a second model, and the length that it had. */
  public record RowOfTwo(
      String path, float[] embedding, float norm, float[] secondEmbedding, float secondNorm) {}

  public static final TableSchema<RowOfTwo> SCHEMA_OF_TWO =
      new TableSchema<>("embeddings", RowOfTwo.class);

  /** Whether the rows of the file {@code uri} are {@link RowOfTwo}s. */
  public static boolean hasSecond(Storage storage, String uri) {
    return new TableColumn(storage, uri, SECOND).exists();
  }

  /**
   * Rows that a partition has at least, where there are that many: small ones cost more than work.
   */
  static final long ROWS_PER_PARTITION = 16_384;

  private static final String SECOND = "second_embedding";

  private final JavaSparkContext spark;
  private final Storage storage;
  private final Table table;
  private final List<List<Piece>> partitions;
  private final int width;

  /** Of the files that were asked for. */
  private final Map<String, List<String>> hosts = new HashMap<>();

  /** Consecutive rows of one file. */
  record Piece(String uri, long firstRow, int skip, int rows) implements Serializable {

    /** Those of {@code numbers}, which rise, that are in this piece. */
    long[] within(long[] numbers) {
      return Arrays.stream(numbers)
          .filter(row -> row >= firstRow && row < firstRow + rows)
          .toArray();
    }

    Map<Long, String> paths(Storage storage, long[] numbers) {
      List<String> all = new TableColumn(storage, uri, "path").strings();
      Map<Long, String> found = new HashMap<>();
      for (long row : within(numbers)) {
        found.put(row, all.get(skip + (int) (row - firstRow)));
      }
      return found;
    }
  }

  public EmbeddingTable(JavaSparkContext spark, Storage storage, Table table) {
    this.spark = spark;
    this.storage = storage;
    this.table = table;
    this.partitions = partitions(table);
    this.width = width(storage, table, "embedding");
  }

  public long rows() {
    return table.totalRows();
  }

  public int width() {
    return width;
  }

  /** [N, d] float32, unit rows. */
  public RowBlocks embeddings() {
    return matrix("embedding", width);
  }

  /** [N, 1] float32: the length of each embedding before it was made a unit. */
  public RowBlocks norms() {
    return matrix("norm", 1);
  }

  /** Whether every image has the embedding of a second model; opens every file. */
  public boolean hasSecond() {
    return table.eachFile(uri -> hasSecond(storage, uri)).stream().allMatch(exists -> exists);
  }

  /** [N, d₂] float32, unit rows of the second model, where {@link #hasSecond}. */
  public RowBlocks secondEmbeddings() {
    return matrix(SECOND, width(storage, table, SECOND));
  }

  /** [N, 1] float32: the lengths of {@link #secondEmbeddings} before they were made units. */
  public RowBlocks secondNorms() {
    return matrix("second_norm", 1);
  }

  /**
   * The paths of the images, one list for every block of {@link #embeddings}, in the same
   * partitions.
   */
  public JavaRDD<List<String>> paths() {
    Storage files = storage;
    return pieces()
        .map(
            piece ->
                List.copyOf(
                    new TableColumn(files, piece.uri(), "path")
                        .strings()
                        .subList(piece.skip(), piece.skip() + piece.rows())));
  }

  /**
   * The table {@code assignments} of these images, a part for every block of {@link #embeddings},
   * in the same partitions, whatever files it has.
   */
  public JavaRDD<PartOfTable> assignments(Table assignments) {
    if (assignments.totalRows() != rows()) {
      throw NomenException.input(
          "%s tells of %d images and %s of %d; they are of different runs."
              .formatted(assignments.folder(), assignments.totalRows(), table.folder(), rows()));
    }
    return Assignments.parts(pieces(), storage, assignments);
  }

  /** Changes when the images or their order do. */
  public String pathsDigest() {
    MessageDigest digest = Digests.begin();
    for (String uri : table.uris()) {
      for (String path : new TableColumn(storage, uri, "path").strings()) {
        digest.update((path + "\n").getBytes(StandardCharsets.UTF_8));
      }
    }
    return Digests.end(digest);
  }

  /**
   * The paths of some rows, by row.
   *
   * @param rows rising; only the files that hold them are opened
   */
  public Map<Long, String> pathsOf(long[] rows) {
    Broadcast<long[]> wanted = spark.broadcast(rows);
    Storage files = storage;
    Map<Long, String> found = new HashMap<>();
    pieces()
        .filter(piece -> piece.within(wanted.value()).length > 0)
        .map(piece -> piece.paths(files, wanted.value()))
        .collect()
        .forEach(found::putAll);
    wanted.destroy();
    return found;
  }

  private RowBlocks matrix(String column, int columnWidth) {
    Storage files = storage;
    return new RowBlocks(
        pieces().mapPartitions(p -> new Blocks(p, files, column, columnWidth)),
        rows(),
        columnWidth);
  }

  private JavaRDD<Piece> pieces() {
    return Placement.near(spark, partitions, this::hosts).flatMap(List::iterator);
  }

  private List<String> hosts(List<Piece> partition) {
    return hosts.computeIfAbsent(partition.get(0).uri(), storage::hosts);
  }

  private static List<List<Piece>> partitions(Table table) {
    List<List<Piece>> partitions = new ArrayList<>();
    List<Piece> current = new ArrayList<>();
    long row = 0;
    long inCurrent = 0;
    List<String> uris = table.uris();
    for (int file = 0; file < uris.size(); file++) {
      int rows = Math.toIntExact(table.rows().get(file));
      String uri = uris.get(file);
      for (int skip = 0; skip < rows; skip += RowBlocks.ROWS_PER_BLOCK) {
        int count = Math.min(RowBlocks.ROWS_PER_BLOCK, rows - skip);
        current.add(new Piece(uri, row, skip, count));
        row += count;
        inCurrent += count;
        if (inCurrent >= ROWS_PER_PARTITION) {
          partitions.add(current);
          current = new ArrayList<>();
          inCurrent = 0;
        }
      }
    }
    if (!current.isEmpty()) {
      partitions.add(current);
    }
    return partitions;
  }

  /** d; opens one file of {@code table}. */
  public static int width(Storage storage, Table table) {
    return width(storage, table, "embedding");
  }

  private static int width(Storage storage, Table table, String column) {
    for (int file = 0; file < table.files().size(); file++) {
      long rows = table.rows().get(file);
      if (rows > 0) {
        String uri = table.uris().get(file);
        return Math.toIntExact(new TableColumn(storage, uri, column).size() / rows);
      }
    }
    throw NomenException.input(
        "%s holds no embedding: not one image could be used; its images table says why."
            .formatted(table.folder()));
  }

  /** Reads a file once for all its pieces, which follow each other. */
  private static final class Blocks implements Iterator<RowBlock> {
    private final Iterator<Piece> pieces;
    private final Storage storage;
    private final String column;
    private final int width;
    private String openUri = "";
    private float[] open = {};

    Blocks(Iterator<Piece> pieces, Storage storage, String column, int width) {
      this.pieces = pieces;
      this.storage = storage;
      this.column = column;
      this.width = width;
    }

    @Override
    public boolean hasNext() {
      return pieces.hasNext();
    }

    @Override
    public RowBlock next() {
      Piece piece = pieces.next();
      if (!piece.uri().equals(openUri)) {
        open = new TableColumn(storage, piece.uri(), column).floats();
        openUri = piece.uri();
      }
      float[] values = new float[piece.rows() * width];
      System.arraycopy(open, piece.skip() * width, values, 0, values.length);
      return new RowBlock(piece.firstRow(), piece.rows(), width, values);
    }
  }
}
