package io.nomen.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.NomenException;
import io.nomen.run.Assignments.PartOfTable;
import io.nomen.store.Storage;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.testing.LocalSpark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table of assignments whose files end elsewhere than the blocks of the embeddings do. */
class AssignmentsTest {
  private static final JavaSparkContext SPARK = LocalSpark.context();
  private static final Storage STORAGE = new Storage(new Configuration());

  /** Rows of the files of both tables; a partition of embeddings has 16,384 rows at least. */
  private static final int[] EMBEDDED = {17_000, 0, 300, 5_000, 9_000};

  private static final int[] ASSIGNED = {1, 20_000, 0, 4_000, 7_299, 0};
  private static final int ROWS = 31_300;

  @TempDir Path folder;

  private static String path(long row) {
    return "image-%05d".formatted(row);
  }

  private EmbeddingTable embeddings(RunFolder run, String id) {
    List<Integer> numbers = IntStream.range(0, EMBEDDED.length).boxed().toList();
    JavaRDD<EmbeddingTable.Row> rows =
        SPARK
            .parallelize(numbers, EMBEDDED.length)
            .flatMap(
                file -> {
                  int first = IntStream.range(0, file).map(before -> EMBEDDED[before]).sum();
                  return IntStream.range(first, first + EMBEDDED[file])
                      .mapToObj(row -> new EmbeddingTable.Row(path(row), new float[] {1, row}, 1))
                      .iterator();
                });
    return new EmbeddingTable(SPARK, STORAGE, run.write(EmbeddingTable.SCHEMA, id, rows));
  }

  private static AssignmentBlock block(int first, int rows) {
    int[] clusters = IntStream.range(first, first + rows).map(row -> row % 97).toArray();
    int[] seconds = IntStream.range(first, first + rows).map(row -> row % 89).toArray();
    float[] sure = new float[rows];
    float[] less = new float[rows];
    for (int i = 0; i < rows; i++) {
      sure[i] = 1f / (1 + first + i);
      less[i] = -sure[i];
    }
    return new AssignmentBlock(first, clusters, sure, seconds, less);
  }

  private static Table assignments(RunFolder run, String id, int[] files) {
    List<AssignmentBlock> blocks = new ArrayList<>();
    List<List<String>> paths = new ArrayList<>();
    List<ResemblanceBlock> alike = new ArrayList<>();
    int first = 0;
    for (int rows : files) {
      int[] duplicateOf =
          IntStream.range(first, first + rows).map(row -> row % 10 == 3 ? row / 2 : row).toArray();
      float[] scores = new float[rows];
      for (int i = 0; i < rows; i++) {
        scores[i] = (first + i) % 5 == 0 ? Float.NaN : first + i;
      }
      int from = first;
      blocks.add(block(first, rows));
      paths.add(
          new ArrayList<>(IntStream.range(from, from + rows).mapToObj(r -> path(r)).toList()));
      alike.add(new ResemblanceBlock(first, duplicateOf, scores));
      first += rows;
    }
    JavaRDD<List<String>> named = SPARK.parallelize(paths, files.length);
    return Assignments.write(
        run,
        id,
        SPARK.parallelize(blocks, files.length),
        named,
        Optional.of(ResemblanceBlock.named(SPARK.parallelize(alike, files.length), named)));
  }

  @Test
  void a_table_comes_in_the_blocks_of_the_embeddings_whatever_files_it_has() {
    RunFolder run = new RunFolder(STORAGE, folder.resolve("run").toString());
    String id = RunFolder.newId();
    EmbeddingTable table = embeddings(run, id);
    JavaRDD<PartOfTable> parts = table.assignments(assignments(run, id, ASSIGNED));

    List<RowBlock> blocks = table.embeddings().blocks().collect();
    List<AssignmentBlock> rows = parts.map(PartOfTable::rows).collect();
    assertThat(parts.getNumPartitions()).isEqualTo(table.embeddings().blocks().getNumPartitions());
    assertThat(rows).hasSameSizeAs(blocks);
    for (int i = 0; i < rows.size(); i++) {
      AssignmentBlock expected = block((int) blocks.get(i).firstRow(), blocks.get(i).rows());
      assertThat(rows.get(i)).usingRecursiveComparison().isEqualTo(expected);
    }
    assertThat(parts.flatMap(part -> part.paths().iterator()).collect())
        .isEqualTo(IntStream.range(0, ROWS).mapToObj(row -> path(row)).toList());
    List<String> first =
        parts
            .flatMap(
                part ->
                    IntStream.range(0, part.paths().size())
                        .mapToObj(i -> part.resemblance().duplicateOf(i).orElse("none"))
                        .iterator())
            .collect();
    List<Float> scores =
        parts
            .flatMap(
                part ->
                    IntStream.range(0, part.paths().size())
                        .mapToObj(i -> part.resemblance().outlierScore(i).orElse(-1f))
                        .iterator())
            .collect();
    for (int row = 0; row < ROWS; row++) {
      assertThat(first.get(row)).isEqualTo(row % 10 == 3 ? path(row / 2) : "none");
      assertThat(scores.get(row)).isEqualTo(row % 5 == 0 ? -1f : row);
    }
  }

  @Test
  void a_table_of_other_images_is_refused() {
    RunFolder run = new RunFolder(STORAGE, folder.resolve("other").toString());
    String id = RunFolder.newId();
    EmbeddingTable table = embeddings(run, id);
    Table fewer = assignments(run, id, new int[] {100, 7});

    assertThatThrownBy(() -> table.assignments(fewer))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("tells of 107 images")
        .hasMessageContaining("of 31300");
  }

  @Test
  void more_rows_than_their_numbers_allow_are_refused_at_once() {
    JavaRDD<RowBlock> none = SPARK.emptyRDD();

    assertThat(new RowBlocks(none, Integer.MAX_VALUE, 4).rows()).isEqualTo(Integer.MAX_VALUE);
    assertThatThrownBy(() -> new RowBlocks(none, 1L << 31, 4))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("There are 2,147,483,648 images, and a run holds 2,147,483,647 at")
        .hasMessageContaining("nomen assign");
  }

  @Test
  void rows_of_a_table_that_grows_come_in_their_order_from_the_cluster() {
    RunFolder run = new RunFolder(STORAGE, folder.resolve("rows").toString());
    String id = RunFolder.newId();
    Snapshot snapshot =
        run.holding(
            () -> {
              assignments(run, id, new int[] {5, 0, 7});
              return run.publish(id, Map.of("assignments", id), Map.of(), Optional.empty());
            });

    assertThat(
            snapshot
                .rows(SPARK, new TableSchema<>("assignments", Assignments.Row.class))
                .map(Assignments.Row::path)
                .collect())
        .isEqualTo(IntStream.range(0, 12).mapToObj(row -> path(row)).toList());
  }
}
