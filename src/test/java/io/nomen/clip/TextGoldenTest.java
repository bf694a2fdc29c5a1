package io.nomen.clip;

import io.nomen.tensor.Precision;
import io.nomen.testing.Shared;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextGoldenTest {
  @Test
  void texts_of_a_reference_checkpoint_are_embedded_as_openai_s_code_does() throws Exception {
    ClipCheckpoint checkpoint = reference();
    assertTexts(
        checkpoint,
        Goldens.prompts(Goldens.shared("golden_prompts.json")),
        Npy.read(Goldens.shared("golden_text.npy")),
        Precision.FP32,
        0.9999);
  }

  @Test
  void bf16_stays_near() throws Exception {
    assertTexts(
        reference(),
        Goldens.prompts(Goldens.shared("golden_prompts.json")),
        Npy.read(Goldens.shared("golden_text.npy")),
        Precision.BF16,
        0.99);
  }

  @Test
  void texts_of_the_bundled_model_equal_its_goldens() throws Exception {
    assertTexts(
        ClipCheckpoint.open(Goldens.STORAGE, "tiny"),
        Goldens.prompts(Goldens.resource("tiny_golden_prompts.json")),
        Npy.read(Goldens.resource("tiny_golden_text.npy")),
        Precision.FP32,
        0.9999);
  }

  private static ClipCheckpoint reference() {
    return ClipCheckpoint.open(Goldens.STORAGE, Shared.data("clip-reference").toString());
  }

  /** Each text alone, all padded to the longest, and all padded to the model's positions. */
  private static void assertTexts(
      ClipCheckpoint checkpoint,
      List<String> prompts,
      Npy golden,
      Precision precision,
      double cosine) {
    Tokenizer tokenizer = checkpoint.tokenizer();
    ClipEncoder encoder = Goldens.encoder(checkpoint, precision);
    List<int[]> tokens = new ArrayList<>(prompts.stream().map(tokenizer::encode).toList());
    float[] together = encoder.encodeTexts(tokens);
    for (int i = 0; i < prompts.size(); i++) {
      Goldens.assertNear(together, i, golden.row(i), cosine, 0.01);
      Goldens.assertNear(
          encoder.encodeTexts(List.of(tokens.get(i))), 0, golden.row(i), cosine, 0.01);
    }
    tokens.replaceAll(t -> Arrays.copyOf(t, tokenizer.positions()));
    float[] padded = encoder.encodeTexts(tokens);
    for (int i = 0; i < prompts.size(); i++) {
      Goldens.assertNear(padded, i, golden.row(i), cosine, 0.01);
    }
  }
}
