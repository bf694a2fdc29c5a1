package io.nomen.clip;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.image.ModelInput;
import io.nomen.image.ModelInput.Resampling;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What happens to a picture before the image tower: {@code input} makes a square of bytes, and each
 * channel becomes {@code (value · rescale − mean) / std} inside the tower's archive.
 *
 * @param rescale what a byte is multiplied by; 1/255 for values in 0..1
 * @param mean per channel, in the tower's order
 * @param std per channel, in the tower's order
 * @param blueFirst whether the tower takes blue first, not red
 */
public record Preprocessing(
    ModelInput input, double rescale, List<Double> mean, List<Double> std, boolean blueFirst)
    implements Serializable {
  private static final double PER_BYTE = 1.0 / 255;

  /** OpenAI's constants, which all CLIPs but a few are trained with. */
  static final List<Double> CLIP_MEAN = List.of(0.48145466, 0.4578275, 0.40821073);

  static final List<Double> CLIP_STD = List.of(0.26862954, 0.26130258, 0.27577711);

  private static final List<Double> HALF = List.of(0.5, 0.5, 0.5);

  /** Steps of {@code preprocessor_config.json} that are read here. */
  private static final Set<String> STEPS =
      Set.of(
          "do_resize",
          "do_center_crop",
          "do_rescale",
          "do_normalize",
          "do_convert_rgb",
          "do_flip_channel_order");

  /** What a family's checkpoints without a file of their own were trained with. */
  static Preprocessing centreCrop(int size, int crop, List<Double> mean, List<Double> std) {
    return new Preprocessing(ModelInput.centreCrop(size, crop), PER_BYTE, mean, std, false);
  }

  static Preprocessing clip(int size) {
    return centreCrop(size, size, CLIP_MEAN, CLIP_STD);
  }

  static Preprocessing dinov2() {
    return centreCrop(256, 224, List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225));
  }

  static Preprocessing siglip(int size) {
    return new Preprocessing(
        new ModelInput(ModelInput.Fit.SQUASH, Resampling.BICUBIC, size, size, 0),
        PER_BYTE,
        HALF,
        HALF,
        false);
  }

  /**
   * Reads Hugging Face's {@code preprocessor_config.json}, in its newer form (sizes as objects) and
   * its older.
   *
   * @param otherwise what the file leaves out
   * @throws NomenException (input) for a step or a value that Nomen does not have
   */
  static Preprocessing huggingFace(JsonNode root, Preprocessing otherwise, String where) {
    for (Iterator<String> keys = root.fieldNames(); keys.hasNext(); ) {
      String key = keys.next();
      if (key.startsWith("do_") && !STEPS.contains(key) && root.path(key).asBoolean()) {
        throw unsupported(where, key, root.path(key));
      }
    }
    for (String key : List.of("crop_pct", "size_divisor", "min_pixels", "max_num_patches")) {
      if (root.hasNonNull(key)) {
        throw unsupported(where, key, root.path(key));
      }
    }
    Config config = Config.of(root, where);
    if (!config.flag("do_resize", true)) {
      throw unsupported(where, "do_resize", root.path("do_resize"));
    }
    ModelInput input = input(config, otherwise.input());
    boolean normalise = config.flag("do_normalize", true);
    List<Double> mean = channels(config, "image_mean", otherwise.mean());
    List<Double> std = channels(config, "image_std", otherwise.std());
    if (std.stream().anyMatch(s -> !(s > 0))) {
      throw config.wrong("image_std", "it divides");
    }
    double rescale = config.decimal("rescale_factor", PER_BYTE);
    return new Preprocessing(
        input,
        config.flag("do_rescale", true) ? rescale : 1,
        normalise ? mean : List.of(0.0, 0.0, 0.0),
        normalise ? std : List.of(1.0, 1.0, 1.0),
        config.flag("do_flip_channel_order", false));
  }

  private static ModelInput input(Config config, ModelInput otherwise) {
    JsonNode size = config.get("size");
    boolean squash =
        size.isObject()
            ? size.has("height")
            : otherwise.fit() == ModelInput.Fit.SQUASH && size.isMissingNode();
    if (size.isObject() && (size.has("longest_edge") || size.has("max_pixels"))) {
      throw config.wrong("size", "Nomen resizes to shortest_edge, or to height and width");
    }
    int edge = size.isMissingNode() ? otherwise.size() : pixels(config, "size", size);
    boolean crops = config.flag("do_center_crop", otherwise.fit() == ModelInput.Fit.SHORTEST_SIDE);
    int side =
        crops && config.has("crop_size")
            ? pixels(config, "crop_size", config.get("crop_size"))
            : crops && size.isMissingNode()
                ? otherwise.side()
                : crops ? Math.min(edge, otherwise.side()) : edge;
    if (!crops && !squash) {
      throw config.wrong(
          "do_center_crop",
          "without a crop only a size of height and width gives the square that the image tower"
              + " takes");
    }
    if (side > edge) {
      throw NomenException.input(
          "%s resizes to %d and cuts %d pixels; it cuts more than there is."
              .formatted(config.where(), edge, side));
    }
    return new ModelInput(
        squash ? ModelInput.Fit.SQUASH : ModelInput.Fit.SHORTEST_SIDE,
        resampling(config, otherwise.resampling()),
        edge,
        side,
        0);
  }

  private static Resampling resampling(Config config, Resampling otherwise) {
    if (!config.has("resample")) {
      return otherwise;
    }
    return switch (config.get("resample").asInt(-1)) {
      case 2 -> Resampling.BILINEAR;
      case 3 -> Resampling.BICUBIC;
      default ->
          throw config.wrong(
              "resample", "Nomen has bilinear (2) and bicubic (3), as Pillow has them");
    };
  }

  /** A side of {@code {"shortest_edge": n}}, of equal height and width, or of a number. */
  private static int pixels(Config config, String key, JsonNode size) {
    JsonNode value = size;
    if (size.isObject()) {
      value = size.has("height") ? size.path("height") : size.path("shortest_edge");
      if (size.has("height") && !size.path("height").equals(size.path("width"))) {
        throw config.wrong(key, "equal height and width are expected");
      }
    }
    if (!value.isIntegralNumber() || value.asLong() < 1 || value.asLong() > 8192) {
      throw config.wrong(key, "pixels from 1 to 8192 are expected");
    }
    return value.asInt();
  }

  /**
   * Reads open_clip's {@code preprocess_cfg}.
   *
   * @param side the side that the image tower takes
   */
  static Preprocessing openClip(Config config, int side) {
    int size = config.side("size", side);
    if (size != side) {
      throw config.wrong("size", "the image tower takes %d pixels".formatted(side));
    }
    if (!config.word("mode", "RGB").equals("RGB")) {
      throw config.wrong("mode", "Nomen takes RGB");
    }
    String mode = config.word("resize_mode", "shortest");
    ModelInput.Fit fit =
        switch (mode) {
          case "shortest" -> ModelInput.Fit.SHORTEST_SIDE;
          case "longest" -> ModelInput.Fit.LONGEST_SIDE;
          case "squash" -> ModelInput.Fit.SQUASH;
          default -> throw config.wrong("resize_mode", "Nomen knows shortest, longest and squash");
        };
    Resampling resampling =
        switch (config.word("interpolation", "bicubic")) {
          // open_clip's own word for "either, in training".
          case "bicubic", "random" -> Resampling.BICUBIC;
          case "bilinear" -> Resampling.BILINEAR;
          default -> throw config.wrong("interpolation", "Nomen knows bicubic and bilinear");
        };
    int fill = (int) config.decimal("fill_color", 0);
    if (fill < 0 || fill > 255) {
      throw config.wrong("fill_color", "a grey level from 0 to 255 is expected");
    }
    return new Preprocessing(
        new ModelInput(fit, resampling, side, side, fill),
        PER_BYTE,
        channels(config, "mean", CLIP_MEAN),
        channels(config, "std", CLIP_STD),
        false);
  }

  private static List<Double> channels(Config config, String key, List<Double> otherwise) {
    JsonNode list = config.get(key);
    if (list.isMissingNode()) {
      return otherwise;
    }
    if (list.size() != 3 || IntStream.range(0, 3).anyMatch(i -> !list.get(i).isNumber())) {
      throw config.wrong(key, "three numbers are expected, red first");
    }
    return IntStream.range(0, 3).mapToObj(i -> list.get(i).asDouble()).toList();
  }

  private static NomenException unsupported(String where, String key, JsonNode value) {
    return NomenException.input(
        "%s asks for %s (%s), a step that Nomen does not have.".formatted(where, key, value));
  }

  /** What is done, in one sentence without a full stop. */
  String sentence() {
    List<String> steps = new ArrayList<>();
    steps.add(
        switch (input.fit()) {
          case SHORTEST_SIDE -> RootLocale.format("shortest side to %d", input.size());
          case LONGEST_SIDE -> RootLocale.format("longest side to %d", input.size());
          case SQUASH -> RootLocale.format("squashed to %d × %d", input.size(), input.size());
        });
    steps.set(
        0,
        steps.get(0) + (input.resampling() == Resampling.BICUBIC ? " (bicubic)" : " (bilinear)"));
    if (input.fit() == ModelInput.Fit.LONGEST_SIDE) {
      steps.add(RootLocale.format("padded with %d", input.padding()));
    } else if (input.fit() == ModelInput.Fit.SHORTEST_SIDE || input.side() < input.size()) {
      steps.add(RootLocale.format("centre %d × %d", input.side(), input.side()));
    }
    if (rescale != PER_BYTE) {
      steps.add(RootLocale.format("values × %s", rescale));
    }
    if (blueFirst) {
      steps.add("blue first");
    }
    steps.add(RootLocale.format("mean %s, std %s", mean, std));
    return String.join(", ", steps);
  }
}
