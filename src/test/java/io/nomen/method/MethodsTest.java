package io.nomen.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nomen.NomenException;
import io.nomen.safetensors.SafetensorsReader;
import io.nomen.semantics.NounMatrix;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import io.nomen.testing.LocalSpark;
import io.nomen.testing.RandomRows;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MethodsTest {
  private static final int WIDTH = 24;
  private static final Matrix PLACES = RandomRows.anywhere(3, WIDTH, 1);
  private static final Matrix IMAGES = RandomRows.around(90, PLACES, 0.1, 2);

  @Test
  void kmeans_finds_planted_clusters() {
    try (Clustering found = Methods.named("kmeans").cluster(input(3))) {
      assertThat(found.sizes()).containsExactly(30, 30, 30);
      assertThat(Arrays.copyOf(clusters(found), 6)).containsExactly(0, 1, 2, 0, 1, 2);
      assertThat(found.findings().part(Findings.KMeans.class).orElseThrow().objective())
          .isGreaterThan(0.8);
    }
  }

  @Test
  void tac_without_training_finds_planted_clusters() {
    NounMatrix nouns = nouns(RandomRows.around(12, PLACES, 0.1, 3));
    try (Clustering found = Methods.named("tac-no-train").cluster(Inputs.with(input(3), nouns))) {
      assertThat(found.sizes()).containsExactly(30, 30, 30);
      assertThat(Arrays.copyOf(clusters(found), 6)).containsExactly(0, 1, 2, 0, 1, 2);
    }
  }

  @Test
  void fewer_nouns_than_clusters_still_give_as_many_clusters_as_asked_for() {
    NounMatrix two = nouns(RandomRows.around(2, PLACES, 0.1, 3));
    try (Clustering found = Methods.named("tac-no-train").cluster(Inputs.with(input(3), two))) {
      assertThat(found.sizes()).hasSize(3);
      assertThat(LongStream.of(found.sizes()).sum()).isEqualTo(90);
      assertThat(found.semantics().orElseThrow().nouns().size()).isEqualTo(2);
    }
  }

  @Test
  void a_single_noun_says_nothing_and_leaves_the_images_to_decide() {
    NounMatrix one = nouns(RandomRows.anywhere(1, WIDTH, 4));
    try (Clustering found = Methods.named("tac-no-train").cluster(Inputs.with(input(3), one))) {
      assertThat(found.sizes()).containsExactly(30, 30, 30);
    }
  }

  @Test
  void tac_without_nouns_is_a_usage_error() {
    assertThatThrownBy(() -> Methods.named("tac-no-train").cluster(input(3)))
        .isInstanceOf(NomenException.class)
        .hasMessage("Method tac-no-train needs nouns; give --vocabulary.");
  }

  @Test
  void an_unknown_method_is_a_usage_error_that_lists_the_known_ones() {
    assertThatThrownBy(() -> Methods.named("k-means"))
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("\"k-means\"")
        .hasMessageContaining("kmeans, tac-no-train");
  }

  @Test
  void a_stored_model_assigns_as_the_fitted_one_did() throws IOException {
    NounMatrix nouns = nouns(RandomRows.around(12, PLACES, 0.3, 5));
    for (String name : new String[] {"kmeans", "tac-no-train"}) {
      try (Clustering found = Methods.named(name).cluster(Inputs.with(input(4), nouns))) {
        ByteArrayOutputStream stored = new ByteArrayOutputStream();
        found.model().parts().write(stored);
        ModelParts read =
            ModelParts.read(SafetensorsReader.Source.of("model", stored.toByteArray()));
        FittedModel model = Methods.model(read);
        assertThat(model.method()).isEqualTo(name);
        assertThat(model.width()).isEqualTo(WIDTH);
        assertThat(model.clusters()).isEqualTo(found.clusters());
        int[] again =
            model.assign(blocks(IMAGES), Optional.empty()).collect().stream()
                .flatMapToInt(block -> IntStream.of(block.cluster()))
                .toArray();
        assertThat(again).isEqualTo(clusters(found));
      }
    }
  }

  @Test
  void a_file_that_is_no_model_is_an_input_error_that_names_it() {
    assertThatThrownBy(
            () -> ModelParts.read(SafetensorsReader.Source.of("runs/old/model", new byte[20])))
        .isInstanceOf(NomenException.class)
        .hasMessageStartingWith("runs/old/model is not a model");
  }

  @Test
  void a_sweep_gives_every_candidate_its_assignments_of_the_same_images() {
    ClusterSweep sweep = ClusterSweep.run(input(1), new int[] {2, 3, 5, 500}, 2);
    assertThat(sweep.rows().rows()).isEqualTo(90);
    assertThat(sweep.trials()).extracting(ClusterSweep.Trial::clusters).containsExactly(2, 3, 5);
    assertThat(sweep.trials()).allSatisfy(t -> assertThat(t.assignments()).hasDimensions(2, 90));
    assertThat(sweep.trials()).extracting(ClusterSweep.Trial::objective).isSorted();
    int[][] planted = sweep.trials().get(1).assignments();
    assertThat(planted[0]).isEqualTo(planted[1]);
  }

  @Test
  void a_sweep_of_many_rows_looks_at_a_sample() {
    Matrix many = RandomRows.around(9000, PLACES, 0.1, 8);
    MethodInput input = MethodInput.of(blocks(many), 1, 7);
    assertThat(ClusterSweep.run(input, new int[] {3}, 1).rows().rows()).isEqualTo(8192);
  }

  private static MethodInput input(int clusters) {
    return MethodInput.of(blocks(IMAGES), clusters, 0);
  }

  private static RowBlocks blocks(Matrix rows) {
    return RowBlocks.of(LocalSpark.context(), rows.values(), rows.width());
  }

  private static NounMatrix nouns(Matrix embeddings) {
    return new NounMatrix(
        IntStream.range(0, embeddings.rows()).mapToObj(i -> "noun " + i).toList(), embeddings);
  }

  private static int[] clusters(Clustering found) {
    return found.assignments().collect().stream()
        .flatMapToInt(block -> Arrays.stream(block.cluster()))
        .toArray();
  }
}
