package io.nomen.clip;

import static org.assertj.core.api.Assertions.assertThat;

import io.nomen.tensor.Precision;
import io.nomen.tensor.TorchDevice;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncoderCacheTest {
  @TempDir Path folder;

  @Test
  void of_three_models_the_last_two_keep_their_weights_and_the_first_comes_back() throws Exception {
    List<ClipEncoder> encoders = new ArrayList<>();
    List<float[]> embeddings = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int number = i;
      // Other means make another model of the same weights.
      ClipModel model =
          new TestCheckpoint(Files.createDirectory(folder.resolve("model-" + i)))
              .editing(
                  "preprocessor_config.json",
                  config -> config.putArray("image_mean").add(0.1 + 0.2 * number).add(0.5).add(0.5))
              .open()
              .model();
      encoders.add(EncoderCache.encoder(model, Goldens.STORAGE, TorchDevice.CPU, Precision.FP32));
      embeddings.add(encode(encoders.get(i)));
    }
    assertThat(encoders.stream().map(ClipEncoder::holdsWeights).toList())
        .containsExactly(false, true, true);
    assertThat(embeddings.get(0)).isNotEqualTo(embeddings.get(1));
    assertThat(encode(encoders.get(0))).isEqualTo(embeddings.get(0));
  }

  private static float[] encode(ClipEncoder encoder) {
    ByteBuffer grey = ByteBuffer.allocate(encoder.model().vision().imageBytes());
    while (grey.hasRemaining()) {
      grey.put((byte) (grey.position() % 251));
    }
    return encoder.encodeImages(grey.flip(), 1);
  }
}
