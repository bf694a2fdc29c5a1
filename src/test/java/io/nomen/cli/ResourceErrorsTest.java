package io.nomen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.NomenException;
import java.util.Optional;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

class ResourceErrorsTest {
  @Test
  void a_session_that_the_cluster_ended_is_one_sentence_whenever_it_is_noticed() {
    Throwable before =
        new IllegalStateException(
            "Cannot call methods on a stopped SparkContext.\nThis stopped SparkContext was created"
                + " at:\n");
    Throwable within = new SparkException("Job 3 cancelled because SparkContext was shut down");
    Throwable between = new IllegalStateException("SparkContext has been shutdown");
    for (Throwable seen :
        new Throwable[] {before, between, within, new IllegalStateException(within)}) {
      Optional<NomenException> told = ResourceErrors.in(seen);
      assertThat(told).isPresent();
      assertThat(told.get().kind()).isEqualTo(NomenException.Kind.INPUT);
      assertThat(told.get()).hasMessageContaining("see that the master answers");
    }
  }

  @Test
  void a_defect_stays_a_defect() {
    assertThat(ResourceErrors.in(new IllegalStateException("counts do not add up"))).isEmpty();
    assertThat(ResourceErrors.in(new SparkException("Task not serializable"))).isEmpty();
  }
}
