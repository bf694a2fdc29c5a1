package io.nomen.clip;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.NomenException;
import io.nomen.clip.TowerSpec.Activation;
import io.nomen.clip.TowerSpec.EfficientNetLite;
import io.nomen.clip.TowerSpec.TextSpec;
import io.nomen.clip.TowerSpec.VisionSpec;
import io.nomen.clip.TowerSpec.VisionTransformer;
import io.nomen.store.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a checkpoint's configuration says that the model computes, in whichever layout it lies. What
 * differs between families of encoders is in the table at the top.
 *
 * @param title what the folder is, for people
 * @param configFile the file that says so
 * @param names what the layout calls the tensors
 * @param projectionWidth width {@code d} of the embeddings
 * @param tokenizer how texts are cleaned and cut into tokens
 */
record Architecture(
    String title,
    String configFile,
    TensorNames names,
    VisionSpec vision,
    Optional<TextSpec> text,
    int projectionWidth,
    Preprocessing preprocessing,
    TextCleaning.Rule tokenizer) {
  static final String HUGGING_FACE = "config.json";
  static final String OPEN_CLIP = "open_clip_config.json";
  private static final String PREPROCESSOR = "preprocessor_config.json";
  private static final String PROCESSOR = "processor_config.json";

  /**
   * A family of encoders: what its configurations call it and leave out.
   *
   * @param type {@code model_type} of Hugging Face's transformers with both towers; empty for none
   * @param imageType {@code model_type} of the image tower alone
   * @param architecture transformers' class of {@code type}
   * @param imageArchitecture transformers' class of {@code imageType}
   */
  private record Family(
      String title,
      String type,
      String architecture,
      String imageType,
      String imageArchitecture,
      TensorNames names,
      Activation activation,
      double epsilon,
      int patch) {}

  private static final Family CLIP =
      new Family(
          "CLIP",
          "clip",
          "CLIPModel",
          "clip_vision_model",
          "CLIPVisionModelWithProjection",
          TensorNames.HUGGING_FACE,
          Activation.QUICK_GELU,
          1e-5,
          32);
  private static final Family SIGLIP =
      new Family(
          "SigLIP",
          "siglip",
          "SiglipModel",
          "siglip_vision_model",
          "SiglipVisionModel",
          TensorNames.HUGGING_FACE_SIGLIP,
          Activation.GELU_TANH,
          1e-6,
          16);
  private static final Family DINOV2 =
      new Family(
          "DINOv2", "", "", "dinov2", "Dinov2Model", TensorNames.DINOV2, Activation.GELU, 1e-6, 14);
  private static final Family DINOV2_REGISTERS =
      new Family(
          "DINOv2 with registers",
          "",
          "",
          "dinov2_with_registers",
          "Dinov2WithRegistersModel",
          TensorNames.DINOV2,
          Activation.GELU,
          1e-6,
          14);
  private static final List<Family> FAMILIES = List.of(CLIP, SIGLIP, DINOV2, DINOV2_REGISTERS);

  /** Families that people have and Nomen has not, by model type; what to take instead. */
  private static final Map<String, String> ELSEWHERE =
      Map.of(
          "siglip2",
          "a SigLIP 2 of variable resolution (NaFlex); take one of fixed resolution, such as"
              + " google/siglip2-base-patch16-224",
          "metaclip_2",
          "a MetaCLIP 2; take a MetaCLIP 1, a SigLIP 2 or an OpenCLIP",
          "dinov3_vit",
          "a DINOv3; take a DINOv2",
          "vit",
          "a classifier; take a CLIP, a SigLIP or a DINOv2");

  /**
   * A family whose image towers are timm's, in open_clip's layout.
   *
   * @param name timm's names, with groups for size, patch and pixels
   * @param pool open_clip's word for how tokens become one vector
   * @param projection open_clip's word for what ends the tower: none, or empty for timm's own layer
   * @param sizes width, layers, heads and inner width by the name's first group
   */
  private record TimmFamily(
      String title,
      Pattern name,
      String pool,
      String projection,
      TensorNames names,
      Activation activation,
      double epsilon,
      Map<String, List<Integer>> sizes) {}

  private static final TimmFamily TIMM_SIGLIP =
      new TimmFamily(
          "SigLIP",
          Pattern.compile("vit_(base|large|so400m|giantopt)_patch(14|16|32)_siglip_(\\d{3})"),
          "map",
          "none",
          TensorNames.OPEN_CLIP_SIGLIP,
          Activation.GELU,
          1e-6,
          Map.of(
              "base", List.of(768, 12, 12, 3072),
              "large", List.of(1024, 24, 16, 4096),
              "so400m", List.of(1152, 27, 16, 4304),
              "giantopt", List.of(1536, 40, 16, 6144)));
  private static final TimmFamily TIMM_EVA02 =
      new TimmFamily(
          "EVA02",
          Pattern.compile("eva02_(base|large)_patch(14|16)_clip_(\\d{3})"),
          "token",
          "",
          TensorNames.OPEN_CLIP_EVA02,
          Activation.SWIGLU,
          1e-6,
          Map.of("base", List.of(768, 12, 12, 2048), "large", List.of(1024, 24, 16, 2730)));
  private static final TimmFamily TIMM_PERCEPTION_ENCODER =
      new TimmFamily(
          "Perception Encoder",
          Pattern.compile("vit_pe_core_(tiny|small|base|large|gigantic)_patch(14|16)_(\\d{3})"),
          "map",
          "",
          TensorNames.OPEN_CLIP_TIMM,
          Activation.GELU,
          1e-5,
          Map.of(
              "tiny", List.of(192, 12, 3, 768),
              "small", List.of(384, 12, 6, 1536),
              "base", List.of(768, 12, 12, 3072),
              "large", List.of(1024, 24, 16, 4096),
              "gigantic", List.of(1536, 50, 16, 8960)));
  private static final List<TimmFamily> TIMM_FAMILIES =
      List.of(TIMM_SIGLIP, TIMM_EVA02, TIMM_PERCEPTION_ENCODER);

  /** timm's EfficientNet-Lite: with TensorFlow's weights, so with its padding. */
  private static final Pattern TIMM_LITE = Pattern.compile("tf_efficientnet_lite([0-4])");

  /** How many times the channels and the blocks of the smallest each size has. */
  private static final Map<String, List<Double>> LITE_SCALES =
      Map.of(
          "0", List.of(1.0, 1.0),
          "1", List.of(1.0, 1.1),
          "2", List.of(1.1, 1.2),
          "3", List.of(1.2, 1.4),
          "4", List.of(1.4, 1.8));

  /** timm's towers of these names use the tangent's form of GELU, the others the exact one. */
  private static final Pattern TIMM_TANH =
      Pattern.compile(
          "vit_base_patch32_siglip_256|vit_large_patch16_siglip_512|vit_so400m_patch16_.*|vit_giantopt_.*");

  static Architecture read(CheckpointFiles files) {
    if (files.has(HUGGING_FACE)) {
      JsonNode root = ClipCheckpoint.json(files, HUGGING_FACE);
      if (root.has("model_type") || !files.has(OPEN_CLIP)) {
        return huggingFace(files, root);
      }
    }
    if (files.has(OPEN_CLIP)) {
      return openClip(
          Config.of(ClipCheckpoint.json(files, OPEN_CLIP), files.name() + "/" + OPEN_CLIP));
    }
    throw NomenException.input(files.whatItIs());
  }

  /** The files that decide this, where they are there, in a fixed order. */
  List<String> filesRead() {
    return configFile.equals(OPEN_CLIP)
        ? List.of(OPEN_CLIP)
        : List.of(HUGGING_FACE, PREPROCESSOR, PROCESSOR);
  }

  private static Architecture huggingFace(CheckpointFiles files, JsonNode root) {
    Config config = Config.of(root, files.name() + "/" + HUGGING_FACE);
    String type = config.word("model_type", "");
    for (Family family : FAMILIES) {
      boolean both = type.equals(family.type);
      if (!type.isEmpty() && (both || type.equals(family.imageType))) {
        String architecture = root.path("architectures").path(0).asText("");
        String expected = both ? family.architecture : family.imageArchitecture;
        boolean bare = type.equals(CLIP.imageType) && architecture.equals("CLIPVisionModel");
        if (!architecture.isEmpty() && !architecture.equals(expected) && !bare) {
          throw NomenException.input(
              "%s has the architecture %s; Nomen needs %s."
                  .formatted(
                      config.where(),
                      Json.line(architecture),
                      both ? "both towers of a " + expected : "a " + expected));
        }
        Architecture found = huggingFace(family, config, both, bare);
        Preprocessing preprocessing = preprocessing(files, found.preprocessing);
        return found.with(preprocessing, config.where());
      }
    }
    throw NomenException.input(
        ELSEWHERE.containsKey(type)
            ? "%s describes %s.".formatted(config.where(), ELSEWHERE.get(type))
            : "%s describes a %s model; Nomen reads CLIP checkpoints (model_type \"clip\"), SigLIP (\"siglip\") and DINOv2 (\"dinov2\", \"dinov2_with_registers\")."
                .formatted(config.where(), Json.line(type)));
  }

  private static Architecture huggingFace(
      Family family, Config config, boolean both, boolean bare) {
    if (family.type.isEmpty()) {
      return dinov2(family, config);
    }
    Config vision = both ? config.section("vision_config") : config;
    VisionTransformer image = vision(family, vision, !bare);
    int width = image.tower().width();
    String title =
        "%s of Hugging Face's layout%s".formatted(family.title, both ? "" : ", image tower only");
    int projection = family.equals(CLIP) && !bare ? config.number("projection_dim", 512) : width;
    Optional<TextSpec> text =
        both ? Optional.of(text(family, config.section("text_config"), width)) : Optional.empty();
    return new Architecture(
        title,
        HUGGING_FACE,
        family.names,
        image,
        text,
        projection,
        family.equals(CLIP)
            ? Preprocessing.clip(image.imageSize())
            : Preprocessing.siglip(image.imageSize()),
        family.equals(CLIP) ? TextCleaning.Rule.CLIP : TextCleaning.Rule.SIGLIP);
  }

  private static VisionTransformer vision(Family family, Config config, boolean projection) {
    int image = config.side("image_size", 224);
    int patch = config.side("patch_size", family.patch);
    TowerSpec tower = tower(family, config, 768, 3072, 12);
    config.refuse(List.of("num_register_tokens"));
    if (family.equals(CLIP)) {
      VisionTransformer clip = VisionTransformer.clip(tower, image, patch);
      return projection ? clip : clip.withoutProjection();
    }
    if (!config.flag("vision_use_head", true)) {
      throw config.wrong("vision_use_head", "Nomen needs SigLIP's attention pooling");
    }
    return siglip(tower, image, patch);
  }

  private static VisionTransformer siglip(TowerSpec tower, int image, int patch) {
    return new VisionTransformer(
        tower,
        image,
        patch,
        image / patch,
        false,
        0,
        true,
        false,
        VisionTransformer.Rotary.NONE,
        new VisionTransformer.Pooling(tower.heads(), tower.perceptron()),
        VisionTransformer.Projection.NONE);
  }

  private static TextSpec text(Family family, Config config, int imageWidth) {
    if (family.equals(CLIP)) {
      return new TextSpec(
          tower(family, config, 512, 2048, 8),
          config.number("vocab_size", 49408),
          config.number("max_position_embeddings", 77),
          TextSpec.Pooling.END_TOKEN,
          config.number("eos_token_id", 49407),
          true,
          false);
    }
    TowerSpec tower = tower(family, config, 768, 3072, 12);
    int projection = config.number("projection_size", tower.width());
    if (projection != imageWidth) {
      throw config.wrong("projection_size", "the image tower's width is %d".formatted(imageWidth));
    }
    return new TextSpec(
        tower,
        config.number("vocab_size", 32000),
        config.number("max_position_embeddings", 64),
        TextSpec.Pooling.LAST_TOKEN,
        config.number("eos_token_id", 1),
        false,
        true);
  }

  private static TowerSpec tower(
      Family family, Config config, int width, int perceptron, int heads) {
    return config.tower(
        config.number("hidden_size", width),
        config.number("intermediate_size", perceptron),
        config.number("num_hidden_layers", 12),
        config.number("num_attention_heads", heads),
        config.activation("hidden_act", family.activation),
        config.epsilon("layer_norm_eps", family.epsilon));
  }

  private static Architecture dinov2(Family family, Config config) {
    int width = config.number("hidden_size", 768);
    int ratio = config.number("mlp_ratio", 4);
    boolean gated = config.flag("use_swiglu_ffn", false);
    int inner = gated ? (width * ratio * 2 / 3 + 7) / 8 * 8 : width * ratio;
    int image = config.side("image_size", 224);
    int patch = config.side("patch_size", family.patch);
    if (!config.flag("qkv_bias", true)) {
      throw config.wrong("qkv_bias", "Nomen's attention has biases");
    }
    if (image % patch != 0) {
      throw config.wrong(
          "image_size", "a multiple of the patches' %d is expected".formatted(patch));
    }
    VisionTransformer vision =
        new VisionTransformer(
            config.tower(
                width,
                inner,
                config.number("num_hidden_layers", 12),
                config.number("num_attention_heads", 12),
                gated ? Activation.SWIGLU : config.activation("hidden_act", family.activation),
                config.epsilon("layer_norm_eps", family.epsilon)),
            image,
            patch,
            image / patch,
            true,
            family.equals(DINOV2_REGISTERS) ? config.number("num_register_tokens", 4) : 0,
            true,
            false,
            VisionTransformer.Rotary.NONE,
            VisionTransformer.Pooling.CLASS_TOKEN,
            VisionTransformer.Projection.NONE);
    return new Architecture(
        family.title + " of Hugging Face's layout, which encodes images only",
        HUGGING_FACE,
        gated ? TensorNames.DINOV2_GATED : family.names,
        vision,
        Optional.empty(),
        width,
        Preprocessing.dinov2(),
        TextCleaning.Rule.CLIP);
  }

  private static Preprocessing preprocessing(CheckpointFiles files, Preprocessing otherwise) {
    if (files.has(PROCESSOR)) {
      JsonNode nested = ClipCheckpoint.json(files, PROCESSOR).path("image_processor");
      if (nested.isObject()) {
        return Preprocessing.huggingFace(
            nested, otherwise, files.name() + "/" + PROCESSOR + ", image_processor");
      }
    }
    return files.has(PREPROCESSOR)
        ? Preprocessing.huggingFace(
            ClipCheckpoint.json(files, PREPROCESSOR), otherwise, files.name() + "/" + PREPROCESSOR)
        : otherwise;
  }

  /** This with the preprocessing that the files say, whose square the tower must take. */
  private Architecture with(Preprocessing said, String where) {
    int side = said.input().side();
    // DINOv2 resizes its table of positions to what it is given.
    if (!title.startsWith("DINOv2") && side != vision.imageSize()) {
      throw NomenException.input(
          "%s: pictures are resized to %d and cut to %d pixels, but the image tower takes %d."
              .formatted(where, said.input().size(), side, vision.imageSize()));
    }
    return new Architecture(
        title,
        configFile,
        names,
        ((VisionTransformer) vision).withImageSize(side, where),
        text,
        projectionWidth,
        said,
        tokenizer);
  }

  private static Architecture openClip(Config root) {
    Config model = root.has("model_cfg") ? root.section("model_cfg") : root;
    Config image = model.section("vision_cfg");
    Config words = model.section("text_cfg");
    int width = model.number("embed_dim", 512);
    boolean quick = model.flag("quick_gelu", false);
    boolean custom = model.flag("custom_text", false);
    VisionSpec vision;
    TensorNames names;
    String title;
    if (image.has("timm_model_name")) {
      Matcher lite = TIMM_LITE.matcher(image.word("timm_model_name", ""));
      if (lite.matches()) {
        vision = efficientNetLite(lite.group(1), image);
        names = TensorNames.OPEN_CLIP_EFFICIENTNET;
        title = "CLIP with EfficientNet-Lite of open_clip's layout (timm tower)";
      } else {
        TimmFamily family = timmFamily(image);
        vision = timm(family, image, width);
        names = family.names;
        title = family.title + " of open_clip's layout (timm tower)";
      }
      if (!custom) {
        throw model.wrong(
            "custom_text", "Nomen reads timm's towers beside a text tower of its own");
      }
    } else {
      vision = openClipVision(image, quick);
      names = custom ? TensorNames.OPEN_CLIP_CUSTOM_TEXT : TensorNames.OPEN_CLIP;
      title = "CLIP of open_clip's layout";
    }
    TextSpec text = openClipText(words, quick);
    if (text.projectionBias() && names != TensorNames.OPEN_CLIP_SIGLIP) {
      throw words.wrong("proj_bias", "Nomen has it in SigLIPs only");
    }
    Preprocessing preprocessing =
        Preprocessing.openClip(root.section("preprocess_cfg"), vision.imageSize());
    String clean = words.section("tokenizer_kwargs").word("clean", "");
    return new Architecture(
        title,
        OPEN_CLIP,
        names,
        vision,
        Optional.of(text),
        width,
        preprocessing,
        !words.has("hf_tokenizer_name")
            ? TextCleaning.Rule.CLIP
            : switch (clean) {
              case "canonicalize" -> TextCleaning.Rule.CANONICAL;
              case "lower" -> TextCleaning.Rule.CLIP;
              case "whitespace", "" -> TextCleaning.Rule.WHITESPACE;
              default ->
                  throw words
                      .section("tokenizer_kwargs")
                      .wrong("clean", "Nomen does not have that");
            });
  }

  private static VisionTransformer openClipVision(Config config, boolean quick) {
    config.refuse(
        List.of(
            "ls_init_value",
            "attentional_pool",
            "no_ln_pre",
            "final_ln_after_pool",
            "global_average_pool",
            "input_patchnorm",
            "qk_norm",
            "scaled_cosine_attn",
            "scale_heads",
            "scale_attn_inner",
            "scale_attn",
            "scale_fc",
            "block_type"));
    requireWord(config, "pos_embed_type", "learnable");
    requireWord(config, "pool_type", "tok");
    int width = config.number("width", 768);
    int headWidth = config.number("head_width", 64);
    return VisionTransformer.clip(
        config.tower(
            width,
            (int) (width * config.decimal("mlp_ratio", 4)),
            config.number("layers", 12),
            Math.max(1, width / headWidth),
            openClipActivation(config, quick),
            config.section("norm_kwargs").epsilon("eps", 1e-5)),
        config.side("image_size", 224),
        config.side("patch_size", 16));
  }

  private static TextSpec openClipText(Config config, boolean quick) {
    if (config.has("hf_model_name")) {
      throw config.wrong("hf_model_name", "Nomen has CLIP's and SigLIP's text towers only");
    }
    config.refuse(
        List.of(
            "ls_init_value",
            "embed_cls",
            "final_ln_after_pool",
            "qk_norm",
            "scaled_cosine_attn",
            "scale_heads",
            "scale_attn_inner",
            "scale_attn",
            "scale_fc",
            "block_type",
            "tokenizer_mode"));
    requireWord(config, "proj_type", "linear");
    String pool = config.word("pool_type", "argmax");
    if (!pool.equals("argmax") && !pool.equals("last")) {
      throw config.wrong("pool_type", "Nomen knows argmax and last");
    }
    int own = config.number("width", 512);
    boolean last = pool.equals("last");
    if (config.flag("no_causal_mask", false) != last) {
      throw config.wrong(
          "no_causal_mask", "Nomen has it together with the pooling of the last token only");
    }
    return new TextSpec(
        config.tower(
            own,
            (int) (own * config.decimal("mlp_ratio", 4)),
            config.number("layers", 12),
            config.number("heads", 8),
            openClipActivation(config, quick),
            config.section("norm_kwargs").epsilon("eps", 1e-5)),
        config.number("vocab_size", 49408),
        config.number("context_length", 77),
        last ? TextSpec.Pooling.LAST_TOKEN : TextSpec.Pooling.END_TOKEN,
        TextSpec.LEGACY_END,
        !last,
        config.flag("proj_bias", false));
  }

  private static Activation openClipActivation(Config config, boolean quick) {
    String approximate = config.section("act_kwargs").word("approximate", "none");
    return switch (approximate) {
      case "none" -> quick ? Activation.QUICK_GELU : Activation.GELU;
      case "tanh" -> Activation.GELU_TANH;
      default ->
          throw config.section("act_kwargs").wrong("approximate", "Nomen knows none and tanh");
    };
  }

  private static EfficientNetLite efficientNetLite(String size, Config config) {
    requireWord(config, "timm_pool", "avg");
    requireWord(config, "timm_proj", "linear");
    List<Double> scales = LITE_SCALES.get(size);
    return EfficientNetLite.of(
        config.side("image_size", 224),
        scales.get(0),
        scales.get(1),
        config.flag("timm_proj_bias", false));
  }

  private static TimmFamily timmFamily(Config config) {
    String name = config.word("timm_model_name", "");
    return TIMM_FAMILIES.stream()
        .filter(family -> family.name.matcher(name).matches())
        .findFirst()
        .orElseThrow(
            () ->
                config.wrong(
                    "timm_model_name",
                    "of timm's image towers Nomen has SigLIP's (vit_…_siglip_…), EVA02's B and L"
                        + " (eva02_…_clip_…), Perception Encoder's (vit_pe_core_…) and"
                        + " EfficientNet-Lite (tf_efficientnet_lite…)"));
  }

  private static VisionTransformer timm(TimmFamily family, Config config, int projection) {
    String name = config.word("timm_model_name", "");
    Matcher matcher = family.name.matcher(name);
    matcher.matches();
    requireWord(config, "timm_pool", family.pool);
    requireWord(config, "timm_proj", family.projection);
    List<Integer> size = family.sizes.get(matcher.group(1));
    int width = size.get(0);
    if (family.equals(TIMM_SIGLIP) && width != projection) {
      throw config.wrong("timm_model_name", "its width is not embed_dim, %d".formatted(projection));
    }
    int patch = Integer.parseInt(matcher.group(2));
    int pixels = Integer.parseInt(matcher.group(3));
    int image = config.side("image_size", pixels);
    TowerSpec tower =
        config.tower(
            width,
            size.get(3),
            size.get(1),
            size.get(2),
            TIMM_TANH.matcher(name).matches() ? Activation.GELU_TANH : family.activation,
            family.epsilon);
    if (family.equals(TIMM_SIGLIP)) {
      return siglip(tower, image, patch);
    }
    if (image != pixels || image % patch != 0) {
      throw config.wrong("image_size", "a %s takes %d pixels".formatted(name, pixels));
    }
    return family.equals(TIMM_EVA02)
        ? eva02(tower, image, patch)
        : perceptionEncoder(tower, image, patch, !matcher.group(1).equals("gigantic"));
  }

  static VisionTransformer eva02(TowerSpec tower, int image, int patch) {
    return new VisionTransformer(
        tower.withInnerNorms(),
        image,
        patch,
        image / patch,
        true,
        0,
        true,
        false,
        new VisionTransformer.Rotary(16, 0, false),
        VisionTransformer.Pooling.CLASS_TOKEN,
        VisionTransformer.Projection.WITH_BIAS);
  }

  static VisionTransformer perceptionEncoder(
      TowerSpec tower, int image, int patch, boolean classToken) {
    int grid = image / patch;
    return new VisionTransformer(
        tower,
        image,
        patch,
        grid,
        classToken,
        0,
        false,
        true,
        new VisionTransformer.Rotary(grid, classToken ? 1 : 0, true),
        new VisionTransformer.Pooling(8, 4 * tower.width()),
        VisionTransformer.Projection.WITH_BIAS);
  }

  private static void requireWord(Config config, String key, String word) {
    if (!config.word(key, word).equals(word)) {
      throw config.wrong(key, "Nomen knows \"%s\"".formatted(word));
    }
  }

  Layout layout() {
    return new Layout(vision, text, projectionWidth, names, configFile);
  }
}
