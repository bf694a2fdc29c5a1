package io.nomen.clip;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the layouts of checkpoints call the tensors that {@link Layout} lists.
 *
 * <p>A line of a table is {@code name = source}. {@code #} is a block's number. A name without
 * {@code .weight} or {@code .bias} stands for both, which its sources then end with (a source that
 * ends with an underscore, without the full stop). {@code a + b} are rows of one under rows of the
 * other, {@code 0} among three stands for a third of zeros, {@code a^T} is transposed, and {@code a
 * * s} has its rows multiplied by the numbers of {@code s}: the scales of a residual branch are so
 * folded into its last layer.
 */
final class TensorNames {
  /** {@code CLIPModel} and {@code SiglipModel} of Hugging Face's transformers. */
  static final TensorNames HUGGING_FACE =
      new TensorNames(
          """
          image.patches = vision_model.embeddings.patch_embedding
          image.class_token = vision_model.embeddings.class_embedding
          image.positions = vision_model.embeddings.position_embedding.weight
          image.before = vision_model.pre_layrnorm
          image.block.#.norm1 = vision_model.encoder.layers.#.layer_norm1
          image.block.#.qkv = vision_model.encoder.layers.#.self_attn.q_proj + vision_model.encoder.layers.#.self_attn.k_proj + vision_model.encoder.layers.#.self_attn.v_proj
          image.block.#.out = vision_model.encoder.layers.#.self_attn.out_proj
          image.block.#.norm2 = vision_model.encoder.layers.#.layer_norm2
          image.block.#.fc1 = vision_model.encoder.layers.#.mlp.fc1
          image.block.#.fc2 = vision_model.encoder.layers.#.mlp.fc2
          image.after = vision_model.post_layernorm
          image.pool.probe = vision_model.head.probe
          image.pool.qkv = vision_model.head.attention.in_proj_
          image.pool.out = vision_model.head.attention.out_proj
          image.pool.norm = vision_model.head.layernorm
          image.pool.fc1 = vision_model.head.mlp.fc1
          image.pool.fc2 = vision_model.head.mlp.fc2
          image.projection = visual_projection
          text.vocabulary = text_model.embeddings.token_embedding.weight
          text.positions = text_model.embeddings.position_embedding.weight
          text.block.#.norm1 = text_model.encoder.layers.#.layer_norm1
          text.block.#.qkv = text_model.encoder.layers.#.self_attn.q_proj + text_model.encoder.layers.#.self_attn.k_proj + text_model.encoder.layers.#.self_attn.v_proj
          text.block.#.out = text_model.encoder.layers.#.self_attn.out_proj
          text.block.#.norm2 = text_model.encoder.layers.#.layer_norm2
          text.block.#.fc1 = text_model.encoder.layers.#.mlp.fc1
          text.block.#.fc2 = text_model.encoder.layers.#.mlp.fc2
          text.after = text_model.final_layer_norm
          text.projection = text_projection
          """);

  /** Where SigLIP's differ from CLIP's. */
  static final TensorNames HUGGING_FACE_SIGLIP =
      HUGGING_FACE.with("text.projection = text_model.head");

  /** {@code Dinov2Model} and {@code Dinov2WithRegistersModel} of Hugging Face's transformers. */
  static final TensorNames DINOV2 =
      new TensorNames(
          """
          image.patches = embeddings.patch_embeddings.projection
          image.class_token = embeddings.cls_token
          image.registers = embeddings.register_tokens
          image.positions = embeddings.position_embeddings
          image.block.#.norm1 = encoder.layer.#.norm1
          image.block.#.qkv = encoder.layer.#.attention.attention.query + encoder.layer.#.attention.attention.key + encoder.layer.#.attention.attention.value
          image.block.#.out = encoder.layer.#.attention.output.dense * encoder.layer.#.layer_scale1.lambda1
          image.block.#.norm2 = encoder.layer.#.norm2
          image.block.#.fc1 = encoder.layer.#.mlp.fc1
          image.block.#.fc2 = encoder.layer.#.mlp.fc2 * encoder.layer.#.layer_scale2.lambda1
          image.after = layernorm
          """);

  /** Where those with a gated perceptron differ. */
  static final TensorNames DINOV2_GATED =
      DINOV2.with(
          """
          image.block.#.fc1 = encoder.layer.#.mlp.weights_in
          image.block.#.fc2 = encoder.layer.#.mlp.weights_out * encoder.layer.#.layer_scale2.lambda1
          """);

  /** open_clip's own towers. */
  static final TensorNames OPEN_CLIP =
      new TensorNames(
          """
          image.patches = visual.conv1
          image.class_token = visual.class_embedding
          image.positions = visual.positional_embedding
          image.before = visual.ln_pre
          image.block.#.norm1 = visual.transformer.resblocks.#.ln_1
          image.block.#.qkv = visual.transformer.resblocks.#.attn.in_proj_
          image.block.#.out = visual.transformer.resblocks.#.attn.out_proj
          image.block.#.norm2 = visual.transformer.resblocks.#.ln_2
          image.block.#.fc1 = visual.transformer.resblocks.#.mlp.c_fc
          image.block.#.fc2 = visual.transformer.resblocks.#.mlp.c_proj
          image.after = visual.ln_post
          image.projection.weight = visual.proj^T
          text.vocabulary = token_embedding.weight
          text.positions = positional_embedding
          text.block.#.norm1 = transformer.resblocks.#.ln_1
          text.block.#.qkv = transformer.resblocks.#.attn.in_proj_
          text.block.#.out = transformer.resblocks.#.attn.out_proj
          text.block.#.norm2 = transformer.resblocks.#.ln_2
          text.block.#.fc1 = transformer.resblocks.#.mlp.c_fc
          text.block.#.fc2 = transformer.resblocks.#.mlp.c_proj
          text.after = ln_final
          text.projection.weight = text_projection^T
          """);

  /** open_clip's text tower where it is a module of its own ({@code custom_text}). */
  static final TensorNames OPEN_CLIP_CUSTOM_TEXT = OPEN_CLIP.underText();

  /** timm's image towers inside open_clip's model. */
  static final TensorNames OPEN_CLIP_TIMM =
      OPEN_CLIP_CUSTOM_TEXT.with(
          """
          image.patches = visual.trunk.patch_embed.proj
          image.class_token = visual.trunk.cls_token
          image.positions = visual.trunk.pos_embed
          image.before = visual.trunk.norm_pre
          image.block.#.norm1 = visual.trunk.blocks.#.norm1
          image.block.#.qkv = visual.trunk.blocks.#.attn.qkv
          image.block.#.out = visual.trunk.blocks.#.attn.proj
          image.block.#.norm2 = visual.trunk.blocks.#.norm2
          image.block.#.fc1 = visual.trunk.blocks.#.mlp.fc1
          image.block.#.fc2 = visual.trunk.blocks.#.mlp.fc2
          image.after = visual.trunk.norm
          image.pool.probe = visual.trunk.attn_pool.latent
          image.pool.qkv = visual.trunk.attn_pool.q + visual.trunk.attn_pool.kv
          image.pool.out = visual.trunk.attn_pool.proj
          image.pool.norm = visual.trunk.attn_pool.norm
          image.pool.fc1 = visual.trunk.attn_pool.mlp.fc1
          image.pool.fc2 = visual.trunk.attn_pool.mlp.fc2
          image.projection = visual.trunk.head
          """);

  /** Where SigLIP's differs. */
  static final TensorNames OPEN_CLIP_SIGLIP =
      OPEN_CLIP_TIMM.with("text.projection = text.text_projection");

  /** Where EVA02's differs. */
  static final TensorNames OPEN_CLIP_EVA02 =
      OPEN_CLIP_TIMM.with(
          """
          image.block.#.qkv.weight = visual.trunk.blocks.#.attn.q_proj.weight + visual.trunk.blocks.#.attn.k_proj.weight + visual.trunk.blocks.#.attn.v_proj.weight
          image.block.#.qkv.bias = visual.trunk.blocks.#.attn.q_proj.bias + 0 + visual.trunk.blocks.#.attn.v_proj.bias
          image.block.#.inner1 = visual.trunk.blocks.#.attn.norm
          image.block.#.fc1 = visual.trunk.blocks.#.mlp.fc1_g + visual.trunk.blocks.#.mlp.fc1_x
          image.block.#.inner2 = visual.trunk.blocks.#.mlp.norm
          """);

  /** timm's EfficientNet-Lite inside open_clip's model. */
  static final TensorNames OPEN_CLIP_EFFICIENTNET =
      OPEN_CLIP_CUSTOM_TEXT.with(
          """
          image.stem = visual.trunk.conv_stem
          image.stem_norm = visual.trunk.bn1
          image.first.#.depthwise = visual.trunk.blocks.0.#.conv_dw
          image.first.#.depthwise_norm = visual.trunk.blocks.0.#.bn1
          image.first.#.project = visual.trunk.blocks.0.#.conv_pw
          image.first.#.project_norm = visual.trunk.blocks.0.#.bn2
          image.stage.#.#.expand = visual.trunk.blocks.#.#.conv_pw
          image.stage.#.#.expand_norm = visual.trunk.blocks.#.#.bn1
          image.stage.#.#.depthwise = visual.trunk.blocks.#.#.conv_dw
          image.stage.#.#.depthwise_norm = visual.trunk.blocks.#.#.bn2
          image.stage.#.#.project = visual.trunk.blocks.#.#.conv_pwl
          image.stage.#.#.project_norm = visual.trunk.blocks.#.#.bn3
          image.last = visual.trunk.conv_head
          image.last_norm = visual.trunk.bn2
          image.projection = visual.head.proj
          """);

  /** The part that a checkpoint does not have because it is zero. */
  static final String ZEROS = "0";

  private static final String TRANSPOSED = "^T";

  private final Map<String, String> table;

  /**
   * Where a tensor's numbers are.
   *
   * @param parts the tensors whose rows follow each other
   * @param transposed whether columns and rows change places
   * @param scale the tensor that its rows are multiplied by; empty for none
   */
  record Sources(List<String> parts, boolean transposed, String scale) {
    /** All tensors that are read. */
    List<String> all() {
      List<String> all = new ArrayList<>(parts);
      all.remove(ZEROS);
      if (!scale.isEmpty()) {
        all.add(scale);
      }
      return all;
    }
  }

  private TensorNames(String lines) {
    this(new HashMap<>(), lines);
  }

  private TensorNames(Map<String, String> table, String lines) {
    lines
        .lines()
        .forEach(
            line -> {
              int equals = line.indexOf(" = ");
              table.put(line.substring(0, equals), line.substring(equals + 3));
            });
    this.table = table;
  }

  /** These names with other sources for some. */
  private TensorNames with(String lines) {
    Map<String, String> changed = new HashMap<>(table);
    lines
        .lines()
        .map(line -> line.substring(0, line.indexOf(" = ")))
        .forEach(name -> changed.remove(name + ".weight"));
    return new TensorNames(changed, lines);
  }

  private TensorNames underText() {
    Map<String, String> moved = new HashMap<>();
    table.forEach(
        (name, source) -> moved.put(name, name.startsWith("text.") ? "text." + source : source));
    return new TensorNames(moved, "");
  }

  /** Where the tensor {@code name} of {@link Layout} is. */
  Sources of(String name) {
    String[] words = name.split("\\.", -1);
    List<String> numbers = new ArrayList<>();
    for (int i = 0; i < words.length; i++) {
      if (Character.isDigit(words[i].charAt(0))) {
        numbers.add(words[i]);
        words[i] = "#";
      }
    }
    String key = String.join(".", words);
    String suffix = "";
    if (!table.containsKey(key)) {
      suffix = words[words.length - 1];
      key = String.join(".", Arrays.copyOf(words, words.length - 1));
    }
    String line = table.get(key);
    if (line == null) {
      throw new IllegalStateException("no layout names " + name);
    }
    String scale = "";
    int times = line.indexOf(" * ");
    if (times > 0) {
      scale = numbered(line.substring(times + 3), numbers);
      line = line.substring(0, times);
    }
    boolean transposed = line.endsWith(TRANSPOSED);
    List<String> parts = new ArrayList<>();
    for (String part : line.replace(TRANSPOSED, "").split(" \\+ ", -1)) {
      String source = numbered(part, numbers);
      parts.add(suffix.isEmpty() ? source : source + (source.endsWith("_") ? "" : ".") + suffix);
    }
    return new Sources(List.copyOf(parts), transposed, scale);
  }

  /** The name with the numbers in the places of its {@code #}, in order. */
  private static String numbered(String name, List<String> numbers) {
    String found = name;
    for (String number : numbers) {
      found = found.replaceFirst("#", number);
    }
    return found;
  }
}
