package io.nomen.clip;

import io.nomen.NomenException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The tensors that a Hugging Face CLIP checkpoint must hold, with their shapes. What else is in it
 * ({@code position_ids}, {@code logit_scale}) is nobody's business here.
 */
final class Layout {
  static final String VISION = "vision_model.";
  static final String TEXT = "text_model.";

  private final Map<String, long[]> shapes = new LinkedHashMap<>();

  Layout(VisionSpec vision, TextSpec text, int projectionWidth) {
    long width = vision.tower().width();
    long patch = vision.patchSize();
    shapes.put(VISION + "embeddings.class_embedding", new long[] {width});
    shapes.put(VISION + "embeddings.patch_embedding.weight", new long[] {width, 3, patch, patch});
    shapes.put(
        VISION + "embeddings.position_embedding.weight", new long[] {vision.tokens(), width});
    // The missing letter is Hugging Face's.
    norm(VISION + "pre_layrnorm", width);
    blocks(VISION, vision.tower());
    norm(VISION + "post_layernorm", width);
    shapes.put("visual_projection.weight", new long[] {projectionWidth, width});

    long textWidth = text.tower().width();
    shapes.put(
        TEXT + "embeddings.token_embedding.weight", new long[] {text.vocabulary(), textWidth});
    shapes.put(
        TEXT + "embeddings.position_embedding.weight", new long[] {text.positions(), textWidth});
    blocks(TEXT, text.tower());
    norm(TEXT + "final_layer_norm", textWidth);
    shapes.put("text_projection.weight", new long[] {projectionWidth, textWidth});
  }

  Map<String, long[]> shapes() {
    return shapes;
  }

  /** Number of weights in both towers. */
  long parameters() {
    return shapes.values().stream()
        .mapToLong(shape -> Arrays.stream(shape).reduce(1, Math::multiplyExact))
        .sum();
  }

  /** Refuses a source that lacks a tensor or has it in another shape. */
  void check(TensorSource source, String where) {
    shapes.forEach(
        (name, expected) -> {
          TensorSource.Stored found = source.tensors().get(name);
          if (found == null) {
            throw NomenException.input(
                "%s has no tensor %s of shape %s, which its config.json asks for; the weights or the configuration belong to another model."
                    .formatted(where, name, Arrays.toString(expected)));
          }
          if (!Arrays.equals(found.shape(), expected)) {
            throw NomenException.input(
                "%s: tensor %s has shape %s where config.json asks for %s; the weights or the configuration belong to another model."
                    .formatted(
                        where, name, Arrays.toString(found.shape()), Arrays.toString(expected)));
          }
          if (!found.type().isFloat()) {
            throw NomenException.input(
                "%s: tensor %s is of a type that holds no weights; F32, F16 or BF16 is expected."
                    .formatted(where, name));
          }
        });
  }

  private void blocks(String prefix, TowerSpec tower) {
    long width = tower.width();
    long inner = tower.perceptron();
    for (int i = 0; i < tower.layers(); i++) {
      String block = block(prefix, i);
      norm(block + "layer_norm1", width);
      for (String part : new String[] {"q_proj", "k_proj", "v_proj", "out_proj"}) {
        linear(block + "self_attn." + part, width, width);
      }
      norm(block + "layer_norm2", width);
      linear(block + "mlp.fc1", inner, width);
      linear(block + "mlp.fc2", width, inner);
    }
  }

  static String block(String prefix, int layer) {
    return prefix + "encoder.layers." + layer + ".";
  }

  private void norm(String name, long width) {
    shapes.put(name + ".weight", new long[] {width});
    shapes.put(name + ".bias", new long[] {width});
  }

  private void linear(String name, long out, long in) {
    shapes.put(name + ".weight", new long[] {out, in});
    shapes.put(name + ".bias", new long[] {out});
  }
}
