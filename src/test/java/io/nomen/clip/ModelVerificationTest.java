package io.nomen.clip;

import static io.nomen.clip.ClipCheckpointTest.assertInput;
import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.tensor.Precision;
import io.nomen.tensor.Precision.Cpu;
import io.nomen.tensor.TorchDevice;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelVerificationTest {
  @TempDir Path folder;

  @Test
  void the_bundled_model_is_whole() {
    ModelVerification found = verify("tiny");
    assertThat(found.tensors()).isEqualTo(288);
    assertThat(found.imageNorm()).isBetween(5.0, 60.0);
    assertThat(found.textNorm().orElseThrow()).isBetween(5.0, 60.0);
  }

  @Test
  void a_number_that_is_not_finite_is_named() throws Exception {
    new TestCheckpoint(folder)
        .editingTensors(
            t -> {
              byte[] bytes = t.get("visual_projection.weight").bytes();
              bytes[20] = 0;
              bytes[21] = 0x7C;
            });
    assertInput(
        () -> verify(folder.toString()),
        "tensor visual_projection.weight has the value Infinity at 10");
  }

  @Test
  void weights_that_are_all_zero_are_no_model() throws Exception {
    new TestCheckpoint(folder)
        .editingTensors(
            t -> java.util.Arrays.fill(t.get("visual_projection.weight").bytes(), (byte) 0));
    assertInput(() -> verify(folder.toString()), "gives an embedding of length 0.0");
  }

  @Test
  void the_description_says_what_people_ask_for() {
    ModelDescription found =
        ModelDescription.of(
            ClipCheckpoint.open(Goldens.STORAGE, "tiny"), TorchDevice.CPU, Precision.AUTO);
    assertThat(found.facts())
        .containsEntry("parameters", "5,623,136")
        .containsEntry("embedding width", "256")
        .containsEntry("image tower", "EfficientNet-Lite, 128 px, 16 blocks")
        .containsEntry("text tower", "32 tokens of 2,562, width 192 × 3 layers, 3 heads, gelu")
        .containsEntry("precision", Cpu.multipliesBf16() ? "bf16" : "fp32");
    assertThat(found.card().orElseThrow())
        .containsPattern("Zero-shot top-1, 2,000 validation pictures, 200 classes: [0-9.]+ %")
        .containsPattern("20-nearest-neighbour vote, 10,000 pictures of CIFAR-10: [0-9.]+ %");
  }

  private static ModelVerification verify(String location) {
    return ModelVerification.run(Goldens.STORAGE, location, TorchDevice.CPU, Precision.FP32);
  }
}
