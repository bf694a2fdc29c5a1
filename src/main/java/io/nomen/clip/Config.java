package io.nomen.clip;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.NomenException;
import io.nomen.clip.TowerSpec.Activation;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * One level of a checkpoint's configuration, whose values are checked as they are read.
 *
 * @param where the file's name, for messages
 * @param path the level's name, with a full stop behind it; empty for the file's own
 * @param values by key; a missing node where there is none
 */
record Config(String where, String path, Function<String, JsonNode> values) {
  private static final int LARGEST = 1 << 20;
  private static final Map<String, Activation> ACTIVATIONS =
      Map.of(
          "quick_gelu", Activation.QUICK_GELU,
          "gelu", Activation.GELU,
          "gelu_pytorch_tanh", Activation.GELU_TANH,
          "gelu_new", Activation.GELU_TANH);

  static Config of(JsonNode root, String where) {
    return new Config(where, "", root::path);
  }

  JsonNode get(String key) {
    JsonNode value = values.apply(key);
    return value.isNull() ? com.fasterxml.jackson.databind.node.MissingNode.getInstance() : value;
  }

  boolean has(String key) {
    return !get(key).isMissingNode();
  }

  /** The level {@code name}, each of whose values {@code name_dict} overrules. */
  Config section(String name) {
    JsonNode newer = get(name);
    JsonNode older = get(name + "_dict");
    return new Config(
        where,
        path + name + ".",
        key -> {
          JsonNode value = older.path(key);
          return value.isMissingNode() || value.isNull() ? newer.path(key) : value;
        });
  }

  int number(String key, int otherwise) {
    JsonNode value = get(key);
    if (value.isMissingNode()) {
      return otherwise;
    }
    if (!value.isIntegralNumber() || value.asLong() < 1 || value.asLong() > LARGEST) {
      throw wrong(key, "a whole number from 1 to %d is expected".formatted(LARGEST));
    }
    return value.asInt();
  }

  /** A number that is one value or two equal ones. */
  int side(String key, int otherwise) {
    JsonNode value = get(key);
    if (!value.isArray()) {
      return number(key, otherwise);
    }
    if (value.size() != 2 || !value.get(0).equals(value.get(1))) {
      throw wrong(key, "Nomen takes square images and patches only");
    }
    JsonNode both = value.get(0);
    return new Config(where, path, ignored -> both).number(key, otherwise);
  }

  boolean flag(String key, boolean otherwise) {
    JsonNode value = get(key);
    return value.isMissingNode() ? otherwise : value.asBoolean();
  }

  double decimal(String key, double otherwise) {
    JsonNode value = get(key);
    if (value.isMissingNode()) {
      return otherwise;
    }
    if (!value.isNumber() || !Double.isFinite(value.asDouble())) {
      throw wrong(key, "a number is expected");
    }
    return value.asDouble();
  }

  String word(String key, String otherwise) {
    JsonNode value = get(key);
    return value.isMissingNode() ? otherwise : value.asText();
  }

  Activation activation(String key, Activation otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    Activation found = ACTIVATIONS.get(get(key).asText());
    if (found == null) {
      throw wrong(key, "Nomen knows quick_gelu, gelu and gelu_pytorch_tanh");
    }
    return found;
  }

  double epsilon(String key, double otherwise) {
    double epsilon = decimal(key, otherwise);
    if (!(epsilon > 0 && epsilon < 1)) {
      throw wrong(key, "a small positive number is expected");
    }
    return epsilon;
  }

  /** Refuses what changes the computation and is not known here. */
  void refuse(List<String> keys) {
    for (String key : keys) {
      JsonNode value = get(key);
      boolean off =
          value.isMissingNode()
              || (value.isBoolean() && !value.asBoolean())
              || (value.isNumber() && value.asDouble() == 0)
              || (value.isTextual() && value.asText().isEmpty());
      if (!off) {
        throw wrong(key, "Nomen does not have that");
      }
    }
  }

  NomenException wrong(String key, String advice) {
    return NomenException.input(
        "%s, %s%s is %s; %s.".formatted(where, path, key, get(key), advice));
  }

  /** A transformer, checked. */
  TowerSpec tower(
      int width, int perceptron, int layers, int heads, Activation activation, double epsilon) {
    if (width % heads != 0 || layers > 200) {
      throw NomenException.input(
          "%s, %s: %d layers of width %d with %d heads cannot be."
              .formatted(
                  where,
                  path.isEmpty() ? "the tower" : path.substring(0, path.length() - 1),
                  layers,
                  width,
                  heads));
    }
    return new TowerSpec(width, perceptron, layers, heads, activation, epsilon, false);
  }
}
