package io.nomen.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.clip.TowerSpec;
import io.nomen.clip.TowerSpec.VisionTransformer;
import io.nomen.tensor.TorchDevice;
import org.junit.jupiter.api.Test;

class BatchSizeTest {
  private static final TorchDevice GPU = new TorchDevice(TorchDevice.Kind.CUDA, 0);

  private static VisionTransformer vision(int width, int side, int patch) {
    return VisionTransformer.clip(
        new TowerSpec(
            width, 4 * width, 12, width / 64, TowerSpec.Activation.QUICK_GELU, 1e-5, false),
        side,
        patch);
  }

  @Test
  void the_more_tokens_an_image_makes_the_fewer_go_at_once() {
    assertThat(EncodeStage.BatchSize.choose(vision(768, 224, 32), TorchDevice.CPU)).isEqualTo(32);
    assertThat(EncodeStage.BatchSize.choose(vision(768, 224, 16), TorchDevice.CPU)).isEqualTo(8);
    assertThat(EncodeStage.BatchSize.choose(vision(1024, 224, 14), TorchDevice.CPU)).isEqualTo(4);
    assertThat(EncodeStage.BatchSize.choose(vision(1024, 336, 14), TorchDevice.CPU)).isEqualTo(2);
    assertThat(EncodeStage.BatchSize.choose(vision(768, 224, 32), GPU)).isEqualTo(512);
    assertThat(EncodeStage.BatchSize.choose(vision(1024, 336, 14), GPU)).isEqualTo(32);
  }

  @Test
  void one_image_goes_at_least() {
    assertThat(EncodeStage.BatchSize.choose(vision(1280, 1024, 14), TorchDevice.CPU)).isEqualTo(1);
  }
}
