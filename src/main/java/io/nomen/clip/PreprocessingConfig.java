package io.nomen.clip;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.NomenException;
import java.util.List;
import java.util.stream.IntStream;

/** Reads {@code preprocessor_config.json}, in its newer form (sizes as objects) and its older. */
final class PreprocessingConfig {
  private static final int BICUBIC = 3;

  private PreprocessingConfig() {}

  /**
   * @param imageSize the side that the image tower takes; the crop must have it
   */
  static Preprocessing read(JsonNode root, int imageSize, String where) {
    int crop = side(root.path("crop_size"), "height", imageSize, "crop_size", where);
    int edge = side(root.path("size"), "shortest_edge", crop, "size", where);
    if (crop != imageSize || edge < crop) {
      throw NomenException.input(
          "%s resizes to %d and cuts %d pixels, but the image tower takes %d."
              .formatted(where, edge, crop, imageSize));
    }
    if (root.path("resample").asInt(BICUBIC) != BICUBIC) {
      throw NomenException.input(
          "%s asks for resampling %s; CLIP is trained with bicubic (3), the one that Nomen has."
              .formatted(where, root.path("resample")));
    }
    Preprocessing otherwise = Preprocessing.openAi(imageSize);
    List<Double> mean = channels(root.path("image_mean"), otherwise.mean(), "image_mean", where);
    List<Double> std = channels(root.path("image_std"), otherwise.std(), "image_std", where);
    if (std.stream().anyMatch(s -> !(s > 0))) {
      throw NomenException.input("%s, image_std is %s; it divides.".formatted(where, std));
    }
    return new Preprocessing(edge, crop, mean, std);
  }

  private static int side(JsonNode size, String key, int otherwise, String name, String where) {
    JsonNode value = size.isObject() ? size.path(key) : size;
    if (size.isObject() && value.isMissingNode() && size.has("height")) {
      value = size.path("height");
    }
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    if (!value.isIntegralNumber() || value.asLong() < 1 || value.asLong() > 8192) {
      throw NomenException.input(
          "%s, %s is %s; pixels from 1 to 8192 are expected.".formatted(where, name, size));
    }
    return value.asInt();
  }

  private static List<Double> channels(
      JsonNode list, List<Double> otherwise, String name, String where) {
    if (list.isMissingNode() || list.isNull()) {
      return otherwise;
    }
    if (list.size() != 3 || IntStream.range(0, 3).anyMatch(i -> !list.get(i).isNumber())) {
      throw NomenException.input(
          "%s, %s is %s; three numbers are expected, red first.".formatted(where, name, list));
    }
    return IntStream.range(0, 3).mapToObj(i -> list.get(i).asDouble()).toList();
  }
}
