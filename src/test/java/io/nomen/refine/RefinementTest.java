package io.nomen.refine;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.kmeans.CentreAssignment;
import io.nomen.refine.Changes.Apart;
import io.nomen.refine.Changes.Belongs;
import io.nomen.refine.Changes.Change;
import io.nomen.refine.Changes.Merge;
import io.nomen.refine.Changes.Rename;
import io.nomen.refine.Changes.Split;
import io.nomen.refine.Changes.Together;
import io.nomen.refine.Questions.Question;
import io.nomen.run.Assignments.PartOfTable;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.testing.LocalSpark;
import io.nomen.testing.RandomRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

/** Changes and questions over rows in many blocks come to what they come to over one block. */
class RefinementTest {
  private static final JavaSparkContext SPARK = LocalSpark.context();
  private static final int ROWS = 1_200;
  private static final int WIDTH = 16;
  private static final String RUN = "20260101T000000-1";

  private static final Matrix THINGS = RandomRows.anywhere(9, WIDTH, 1);
  private static final Matrix IMAGES = RandomRows.around(ROWS, THINGS, 0.25, 2);

  /** Six centres for nine things. */
  private static final AssignmentBlock ASSIGNED =
      CentreAssignment.assign(
          IMAGES.block(),
          THINGS.select(new int[] {0, 1, 2, 3, 4, 5}),
          CentreAssignment.TEMPERATURE);

  private static String path(int row) {
    return "image-%04d".formatted(row);
  }

  /** The rows in blocks of so many, each in a partition of its own. */
  private static RowBlocks rows(int rowsPerBlock) {
    List<RowBlock> blocks = new ArrayList<>();
    for (int first = 0; first < ROWS; first += rowsPerBlock) {
      int count = Math.min(rowsPerBlock, ROWS - first);
      float[] values = Arrays.copyOfRange(IMAGES.values(), first * WIDTH, (first + count) * WIDTH);
      blocks.add(new RowBlock(first, count, WIDTH, values));
    }
    return new RowBlocks(SPARK.parallelize(blocks, blocks.size()), ROWS, WIDTH);
  }

  private static JavaRDD<PartOfTable> parts(RowBlocks rows) {
    return rows.blocks().map(block -> part((int) block.firstRow(), block.rows()));
  }

  private static PartOfTable part(int first, int count) {
    int end = first + count;
    float[] scores = new float[count];
    for (int i = 0; i < count; i++) {
      scores[i] = (first + i) % 7 == 0 ? Float.NaN : (first + i) % 101 / 100f;
    }
    return new PartOfTable(
        new AssignmentBlock(
            first,
            Arrays.copyOfRange(ASSIGNED.cluster(), first, end),
            Arrays.copyOfRange(ASSIGNED.confidence(), first, end),
            Arrays.copyOfRange(ASSIGNED.runnerUp(), first, end),
            Arrays.copyOfRange(ASSIGNED.runnerUpConfidence(), first, end)),
        IntStream.range(first, end).mapToObj(RefinementTest::path).toList(),
        IntStream.range(first, end).mapToObj(row -> Optional.<String>empty()).toList(),
        scores);
  }

  /** Paths of images of a cluster. */
  private static List<String> some(int cluster, int skip, int count) {
    return IntStream.range(0, ROWS)
        .filter(row -> ASSIGNED.cluster()[row] == cluster)
        .skip(skip)
        .limit(count)
        .mapToObj(RefinementTest::path)
        .toList();
  }

  private static Changes changes() {
    int second = ASSIGNED.runnerUp()[Integer.parseInt(some(4, 0, 1).get(0).substring(6))];
    List<Change> all =
        List.of(
            new Rename(0, "first"),
            new Apart(4, some(4, 0, 12)),
            new Apart(second, some(4, 0, 1)),
            new Merge(List.of(1, 2)),
            new Belongs(2, some(3, 5, 8)),
            new Together(some(5, 0, 9), Optional.of("new")),
            new Split(0, 3),
            new Split(2, 2));
    return new Changes(Changes.FORMAT, Changes.VERSION, RUN, all);
  }

  /** All that a refinement tells, in values that compare. */
  private static Map<String, Object> told(int rowsPerBlock) {
    RowBlocks rows = rows(rowsPerBlock);
    Set<Integer> clusters = Set.of(0, 1, 2, 3, 4, 5);
    try (Refinement refinement = Refinement.of(rows, parts(rows), clusters, changes(), RUN, 3)) {
      refinement.exchange(refinement.partOf().keySet().iterator().next());
      Map<String, Object> told = new TreeMap<>();
      told.put("summary", refinement.summary());
      List<AssignmentBlock> blocks = refinement.assignments().collect();
      List<List<Number>> assigned = new ArrayList<>();
      for (AssignmentBlock block : blocks) {
        for (int i = 0; i < block.rows(); i++) {
          assigned.add(
              List.of(
                  block.firstRow() + i,
                  block.cluster()[i],
                  block.confidence()[i],
                  block.runnerUp()[i],
                  block.runnerUpConfidence()[i]));
        }
      }
      told.put("assigned", assigned);
      told.put("count", refinement.count());
      told.put("clusters", refinement.clusters());
      told.put("given", refinement.given());
      told.put("parts", refinement.partOf());
      told.put("groups", refinement.groups());
      told.put(
          "successors",
          refinement.successors().stream().map(s -> Arrays.stream(s).boxed().toList()).toList());
      float[] centres = refinement.centres().values();
      told.put("centres", IntStream.range(0, centres.length).mapToObj(i -> centres[i]).toList());
      return told;
    }
  }

  @Test
  void many_blocks_are_refined_as_one_is() {
    Map<String, Object> one = told(ROWS);

    Refinement.Summary summary = (Refinement.Summary) one.get("summary");
    assertThat(one).containsEntry("count", 10);
    assertThat(summary.changes()).isEqualTo(8);
    assertThat(summary.imagesMoved()).isBetween(100L, 900L);
    assertThat(summary.likeAsked()).isPositive();
    assertThat(told(137)).isEqualTo(one);
  }

  private static Refinement refined(Changes changes) {
    RowBlocks rows = rows(137);
    return Refinement.of(rows, parts(rows), Set.of(0, 1, 2, 3, 4, 5), changes, RUN, 3);
  }

  @Test
  void what_was_said_of_images_holds() {
    try (Refinement refinement = refined(changes())) {
      int[] now = AssignmentBlock.clusters(refinement.assignments());
      int group = refinement.groups().iterator().next();
      assertThat(some(5, 0, 9)).allMatch(path -> now[Integer.parseInt(path.substring(6))] == group);
      assertThat(some(4, 0, 12)).allMatch(path -> now[Integer.parseInt(path.substring(6))] != 4);
      assertThat(refinement.clusters())
          .containsExactlyInAnyOrderElementsOf(Arrays.stream(now).boxed().distinct().toList());
    }
  }

  @Test
  void what_is_said_later_of_an_image_counts() {
    List<String> images = some(4, 0, 3);
    List<Change> all =
        List.of(
            new Apart(4, images),
            new Belongs(5, images.subList(0, 1)),
            new Together(images.subList(1, 2), Optional.of("new")));
    try (Refinement refinement = refined(new Changes(Changes.FORMAT, Changes.VERSION, RUN, all))) {
      int[] now = AssignmentBlock.clusters(refinement.assignments());
      int[] where =
          images.stream().mapToInt(path -> now[Integer.parseInt(path.substring(6))]).toArray();
      assertThat(where[0]).isEqualTo(5);
      assertThat(where[1]).isEqualTo(refinement.groups().iterator().next());
      assertThat(where[2]).isNotEqualTo(4);
    }
  }

  @Test
  void what_belongs_to_a_cluster_after_all_stays_there_whatever_the_cluster_is_one_with() {
    List<String> images = some(4, 0, 2);
    List<Change> all =
        List.of(
            new Apart(4, images.subList(0, 1)),
            new Belongs(4, images.subList(0, 1)),
            new Apart(5, images.subList(1, 2)),
            new Belongs(3, images.subList(1, 2)),
            new Merge(List.of(3, 5)));
    try (Refinement refinement = refined(new Changes(Changes.FORMAT, Changes.VERSION, RUN, all))) {
      int[] now = AssignmentBlock.clusters(refinement.assignments());
      assertThat(images.stream().map(path -> now[Integer.parseInt(path.substring(6))]))
          .containsExactly(4, 3);
    }
  }

  @Test
  void many_blocks_are_asked_for_as_one_is() {
    Matrix means = THINGS.select(new int[] {0, 1, 2, 3, 4, 5});
    RowBlocks one = rows(ROWS);
    List<Question> asked = Questions.of(one, parts(one), means, 30);
    RowBlocks many = rows(97);

    assertThat(asked).hasSize(30);
    assertThat(asked).extracting(question -> question.image().path()).doesNotHaveDuplicates();
    assertThat(asked).allMatch(q -> q.clusters().get(0) == q.image().cluster());
    assertThat(Questions.of(many, parts(many), means, 30)).isEqualTo(asked);
  }
}
