package io.nomen.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.method.MethodOptions.TrainingOptions;
import org.junit.jupiter.api.Test;

class TaskMemoryTest {
  private static final TrainingOptions USUAL = TrainingOptions.defaults();

  @Test
  void a_task_holds_a_block_twice_and_a_slice_of_products_twice() {
    ClusterPlan.TaskMemory kmeans = new ClusterPlan.TaskMemory("kmeans", 512, 10_000_000, USUAL);
    assertThat(kmeans.task()).isEqualTo(2L * 4096 * 512 * 4 + 2L * 4_194_304 * 4);
    assertThat(kmeans.sentences())
        .singleElement()
        .asString()
        .contains("memory of a task: 50 MB")
        .contains("4,096 × 512 floats");
    assertThat(new ClusterPlan.TaskMemory("tac-no-train", 512, 1, USUAL).task())
        .isEqualTo(2L * 4096 * 1024 * 4 + 2L * 4_194_304 * 4);
  }

  @Test
  void training_holds_half_floats_and_neighbours_of_at_most_so_many_rows() {
    ClusterPlan.TaskMemory tac = new ClusterPlan.TaskMemory("tac", 512, 50_000, USUAL);
    assertThat(tac.trainingSet()).isEqualTo(50_000L * (2 * 2 * 1024 + 4 * 100));
    assertThat(tac.sentences()).hasSize(2);
    assertThat(tac.sentences().get(1)).contains("225 MB for 50,000 images");
    assertThat(new ClusterPlan.TaskMemory("sic", 512, 50_000, USUAL).trainingSet())
        .isEqualTo(50_000L * (2 * 2 * 512 + 4 * 20));
    assertThat(new ClusterPlan.TaskMemory("tac", 512, 5_000_000, USUAL).trainingSet())
        .isEqualTo(20 * tac.trainingSet());
  }
}
