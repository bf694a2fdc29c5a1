package io.nomen.clip;

import io.nomen.image.Decoded;
import io.nomen.image.ImageDecoder;
import io.nomen.image.ImageDecoder.DecodeOptions;
import io.nomen.tensor.Precision;
import io.nomen.testing.Shared;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** From an encoded photograph to its embedding, against OpenAI's code with Pillow before it. */
class ImageGoldenTest {
  /**
   * The WebP reader enlarges chroma without libwebp's filter: cosine 0.9973 and 0.9950 for the one
   * lossy WebP among the photographs, whatever the encoder does; all others are identical pixels.
   */
  private static final double WEBP_COSINE = 0.994;

  private static final double WEBP_NORM = 0.05;

  @Test
  void photographs_are_embedded_as_openai_s_code_does() throws Exception {
    ClipCheckpoint reference =
        ClipCheckpoint.open(Goldens.STORAGE, Shared.data("clip-reference").toString());
    Npy golden = Npy.read(Goldens.shared("golden_image.npy"));
    assertPhotos(reference, golden, Precision.FP32, 0.9995);
    assertPhotos(reference, golden, Precision.BF16, 0.99);
  }

  @Test
  void the_bundled_model_sees_photographs_as_its_goldens_say() throws Exception {
    assertPhotos(
        ClipCheckpoint.open(Goldens.STORAGE, "tiny"),
        Npy.read(Goldens.resource("tiny_golden_image.npy")),
        Precision.FP32,
        0.9995);
  }

  private static void assertPhotos(
      ClipCheckpoint checkpoint, Npy golden, Precision precision, double cosine) throws Exception {
    List<String> names =
        new String(Goldens.shared("golden_photos.txt"), StandardCharsets.UTF_8).lines().toList();
    Preprocessing preprocessing = checkpoint.model().preprocessing();
    ByteBuffer pixels =
        ByteBuffer.allocateDirect(names.size() * checkpoint.model().vision().imageBytes());
    for (String name : names) {
      byte[] file = Files.readAllBytes(Shared.data("photos").resolve(name));
      Decoded.Ok decoded = (Decoded.Ok) ImageDecoder.decode(file, DecodeOptions.defaults());
      pixels.put(preprocessing.input().prepare(decoded.image()));
    }
    float[] found =
        Goldens.encoder(checkpoint, precision).encodeImages(pixels.flip(), names.size());
    for (int i = 0; i < names.size(); i++) {
      boolean webp = names.get(i).endsWith(".webp");
      Goldens.assertNear(
          found, i, golden.row(i), webp ? WEBP_COSINE : cosine, webp ? WEBP_NORM : 0.01);
    }
  }
}
