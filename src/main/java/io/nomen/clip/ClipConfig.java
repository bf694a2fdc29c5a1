package io.nomen.clip;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.NomenException;
import java.util.function.Function;

/**
 * Reads {@code config.json}. What a file leaves out has the value that Hugging Face's {@code
 * CLIPConfig}, {@code CLIPTextConfig} and {@code CLIPVisionConfig} give it; {@code
 * text_config_dict} and {@code vision_config_dict}, which old conversions carry, win over {@code
 * text_config} and {@code vision_config}, as they do there.
 */
final class ClipConfig {
  private static final int LARGEST = 1 << 20;

  private final String where;
  private final JsonNode root;

  ClipConfig(JsonNode root, String where) {
    this.where = where;
    this.root = root;
    String type = root.path("model_type").asText("");
    if (!type.equals("clip")) {
      throw NomenException.input(
          "%s describes a \"%s\" model; Nomen reads CLIP checkpoints (model_type \"clip\")."
              .formatted(where, type));
    }
    JsonNode architecture = root.path("architectures").path(0);
    if (!architecture.isMissingNode() && !architecture.asText().equals("CLIPModel")) {
      throw NomenException.input(
          "%s has the architecture %s; Nomen needs both towers of a CLIPModel."
              .formatted(where, architecture.asText()));
    }
  }

  int projectionWidth() {
    return number("projection_dim", root, 512);
  }

  VisionSpec vision() {
    Function<String, JsonNode> config = section("vision_config");
    int image = number("vision_config.image_size", config.apply("image_size"), 224);
    int patch = number("vision_config.patch_size", config.apply("patch_size"), 32);
    if (image % patch != 0) {
      throw NomenException.input(
          "%s has images of %d pixels in patches of %d, which leaves a rest; such a model is not supported."
              .formatted(where, image, patch));
    }
    if (image > 4096) {
      throw NomenException.input(
          "%s has images of %d pixels; at most 4096 are supported.".formatted(where, image));
    }
    return new VisionSpec(tower("vision_config", config, 768, 3072, 12), image, patch);
  }

  TextSpec text() {
    Function<String, JsonNode> config = section("text_config");
    return new TextSpec(
        tower("text_config", config, 512, 2048, 8),
        number("text_config.vocab_size", config.apply("vocab_size"), 49408),
        number("text_config.max_position_embeddings", config.apply("max_position_embeddings"), 77),
        number("text_config.eos_token_id", config.apply("eos_token_id"), 49407));
  }

  private TowerSpec tower(
      String section, Function<String, JsonNode> config, int width, int perceptron, int heads) {
    TowerSpec spec =
        new TowerSpec(
            number(section + ".hidden_size", config.apply("hidden_size"), width),
            number(section + ".intermediate_size", config.apply("intermediate_size"), perceptron),
            number(section + ".num_hidden_layers", config.apply("num_hidden_layers"), 12),
            number(section + ".num_attention_heads", config.apply("num_attention_heads"), heads),
            activation(section, config.apply("hidden_act")),
            epsilon(section, config.apply("layer_norm_eps")));
    if (spec.width() % spec.heads() != 0 || spec.layers() > 200) {
      throw NomenException.input(
          "%s, %s: %d layers of width %d with %d heads cannot be."
              .formatted(where, section, spec.layers(), spec.width(), spec.heads()));
    }
    return spec;
  }

  private Activation activation(String section, JsonNode value) {
    return switch (value.asText("quick_gelu")) {
      case "quick_gelu" -> Activation.QUICK_GELU;
      case "gelu" -> Activation.GELU;
      default ->
          throw NomenException.input(
              "%s, %s.hidden_act is \"%s\"; Nomen knows quick_gelu and gelu."
                  .formatted(where, section, value.asText()));
    };
  }

  private double epsilon(String section, JsonNode value) {
    double epsilon = value.isMissingNode() ? 1e-5 : value.asDouble(-1);
    if (!(epsilon > 0 && epsilon < 1)) {
      throw NomenException.input(
          "%s, %s.layer_norm_eps is %s; a small positive number is expected."
              .formatted(where, section, value));
    }
    return epsilon;
  }

  private Function<String, JsonNode> section(String name) {
    JsonNode newer = root.path(name);
    JsonNode older = root.path(name + "_dict");
    return key -> {
      JsonNode value = older.path(key);
      return value.isMissingNode() || value.isNull() ? newer.path(key) : value;
    };
  }

  private int number(String name, JsonNode parent, int otherwise) {
    JsonNode value = parent.isObject() ? parent.path(name) : parent;
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    if (!value.isIntegralNumber() || value.asLong() < 1 || value.asLong() > LARGEST) {
      throw NomenException.input(
          "%s, %s is %s; a whole number from 1 to %d is expected."
              .formatted(where, name, value, LARGEST));
    }
    return value.asInt();
  }
}
