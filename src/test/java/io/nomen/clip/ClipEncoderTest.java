package io.nomen.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.BaseNDManager;
import io.nomen.tensor.Precision;
import io.nomen.tensor.Torch;
import io.nomen.tensor.TorchDevice;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClipEncoderTest {
  private static final int PICTURES = 4;
  private static final int BYTES = 128 * 128 * 3;

  private final ClipCheckpoint tiny = ClipCheckpoint.open(Goldens.STORAGE, "tiny");

  @Test
  void pictures_of_the_bundled_model_equal_its_goldens_in_fp32() throws Exception {
    assertPictures(Precision.FP32, 0.99999, 0.001);
  }

  @Test
  void bf16_and_fp16_stay_near() throws Exception {
    assertPictures(Precision.BF16, 0.995, 0.02);
    assertPictures(Precision.FP16, 0.9999, 0.01);
  }

  @Test
  void a_picture_s_embedding_does_not_depend_on_its_batch_or_its_thread() throws Exception {
    ClipEncoder encoder = Goldens.encoder(tiny, Precision.FP32);
    byte[] crops = crops();
    float[] together = encoder.encodeImages(direct(crops), PICTURES);
    List<float[]> alone =
        IntStream.range(0, PICTURES)
            .parallel()
            .mapToObj(
                i ->
                    encoder.encodeImages(
                        direct(Arrays.copyOfRange(crops, i * BYTES, (i + 1) * BYTES)), 1))
            .toList();
    for (int i = 0; i < PICTURES; i++) {
      Goldens.assertNear(together, i, alone.get(i), 0.999999, 1e-4);
    }
  }

  @Test
  void a_heap_buffer_is_as_good_as_a_direct_one() throws Exception {
    ClipEncoder encoder = Goldens.encoder(tiny, Precision.FP32);
    assertThat(encoder.encodeImages(ByteBuffer.wrap(crops()), PICTURES))
        .isEqualTo(encoder.encodeImages(direct(crops()), PICTURES));
  }

  @Test
  void nothing_native_stays_alive_after_a_batch() throws Exception {
    ClipEncoder encoder = load();
    encoder.encodeImages(direct(crops()), PICTURES);
    encoder.encodeTexts(List.of(new int[] {2560, 2561}));
    BaseNDManager image = (BaseNDManager) encoder.tower(true).getNDManager();
    BaseNDManager text = (BaseNDManager) encoder.tower(false).getNDManager();
    int before = image.getManagedArrays().size() + text.getManagedArrays().size();
    for (int i = 0; i < 5; i++) {
      encoder.encodeImages(direct(crops()), PICTURES);
      encoder.encodeTexts(List.of(new int[] {2560, 2561}));
    }
    assertThat(image.getManagedArrays().size() + text.getManagedArrays().size()).isEqualTo(before);
    encoder.close();
    assertThat(image.isOpen()).isFalse();
    assertThat(text.isOpen()).isFalse();
  }

  @Test
  void there_is_one_encoder_per_jvm_device_and_precision() {
    assertThat(Goldens.encoder(tiny, Precision.FP32))
        .isSameAs(Goldens.encoder(tiny, Precision.FP32))
        .isNotSameAs(Goldens.encoder(tiny, Precision.BF16));
  }

  @Test
  void wrong_use_is_an_error_that_names_the_sizes() {
    ClipEncoder encoder = load();
    assertThatThrownBy(() -> encoder.encodeImages(ByteBuffer.allocateDirect(7), 1))
        .hasMessage("7 bytes for 1 pictures of 128 × 128 × 3");
    assertThatThrownBy(() -> encoder.encodeTexts(List.of(new int[33])))
        .hasMessage("a text of 33 tokens for a model of 32");
    assertThat(encoder.encodeImages(ByteBuffer.allocateDirect(0), 0)).isEmpty();
    assertThat(encoder.encodeTexts(List.of())).isEmpty();
    encoder.close();
    assertThatThrownBy(() -> encoder.encodeTexts(List.of(new int[] {2560, 2561})))
        .hasMessage("the encoder of tiny is closed");
  }

  @Test
  void an_archive_that_is_damaged_is_named() throws Exception {
    Path broken = java.nio.file.Files.createTempDirectory("archive");
    java.nio.file.Files.writeString(broken.resolve("image.pt"), "not a zip");
    Torch.start();
    ClipEncoder encoder = ClipEncoder.load(broken, tiny.model(), TorchDevice.CPU);
    ClipCheckpointTest.assertInput(
        () -> encoder.encodeImages(ByteBuffer.allocateDirect(BYTES), 1), "image.pt");
  }

  private void assertPictures(Precision precision, double cosine, double norm) throws Exception {
    Npy golden = Npy.read(Goldens.resource("tiny_golden_image.npy"));
    float[] found = Goldens.encoder(tiny, precision).encodeImages(direct(crops()), PICTURES);
    for (int i = 0; i < PICTURES; i++) {
      Goldens.assertNear(found, i, golden.row(i), cosine, norm);
    }
  }

  private ClipEncoder load() {
    return ClipEncoder.load(
        ArchiveCache.archives(tiny.model(), Goldens.STORAGE, Precision.FP32),
        tiny.model(),
        TorchDevice.CPU);
  }

  private static byte[] crops() throws Exception {
    return Goldens.resource("tiny_crops_kodim01-04.rgb");
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }
}
