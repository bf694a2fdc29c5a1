package io.nomen.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.run.RunFolder.StageAttempt;
import io.nomen.tensor.Precision;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ModelChoiceTest {
  private static final ModelChoice AUTO = new ModelChoice("tiny", Precision.AUTO, "cpu", 0);

  private static Optional<StageAttempt> begun(Precision precision, boolean done) {
    Map<String, String> settings = Map.of("precision", precision.word());
    return Optional.of(new StageAttempt("encode", "1", settings, done, Map.of()));
  }

  @Test
  void a_driver_on_another_kind_of_processor_goes_on_in_the_precision_that_is_there() {
    assertThat(AUTO.taskPrecision(begun(Precision.BF16, false))).isEqualTo(Precision.BF16);
    assertThat(AUTO.taskPrecision(begun(Precision.FP32, false))).isEqualTo(Precision.FP32);
    assertThat(AUTO.taskPrecision(Optional.empty())).isEqualTo(AUTO.taskPrecision());
  }

  @Test
  void what_a_gpu_has_begun_is_taken_over_when_it_is_whole() {
    assertThat(AUTO.taskPrecision(begun(Precision.FP16, false))).isEqualTo(AUTO.taskPrecision());
    assertThat(AUTO.taskPrecision(begun(Precision.FP16, true))).isEqualTo(Precision.FP16);
  }

  @Test
  void a_precision_that_was_asked_for_is_taken() {
    ModelChoice asked = new ModelChoice("tiny", Precision.FP32, "cpu", 0);
    assertThat(asked.taskPrecision(begun(Precision.BF16, true))).isEqualTo(Precision.FP32);
  }
}
