package io.nomen.clip;

import static io.nomen.clip.ClipCheckpointTest.assertInput;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nomen.NomenException;
import io.nomen.clip.TowerSpec.EfficientNetLite;
import io.nomen.clip.TowerSpec.TextSpec;
import io.nomen.clip.TowerSpec.VisionSpec;
import io.nomen.clip.TowerSpec.VisionTransformer;
import io.nomen.image.RgbImage;
import io.nomen.safetensors.SafetensorsReader;
import io.nomen.store.Json;
import io.nomen.tensor.Precision;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Small random checkpoints of every family against transformers and open_clip; {@code
 * src/test/python/family_goldens.py} makes them.
 */
class FamilyGoldenTest {
  private static final int[][] PICTURES = {{50, 40}, {31, 78}, {64, 64}, {200, 33}};

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "clip-gelu",
        "clip-vision",
        "open-clip-quick",
        "open-clip-custom",
        "siglip",
        "siglip2",
        "dinov2",
        "dinov2-gated",
        "dinov2-registers"
      })
  void pictures_are_embedded_as_the_family_s_own_code_does(String family) throws Exception {
    Path at = resource(family);
    assertPictures(open(at), goldens(at), "image", Precision.FP32, 0.9999, 0.001);
    assertPictures(open(at), goldens(at), "image", Precision.BF16, 0.99, 0.05);
  }

  @ParameterizedTest
  @ValueSource(strings = {"clip-gelu", "open-clip-quick", "open-clip-custom", "siglip", "siglip2"})
  void texts_are_embedded_as_the_family_s_own_code_does(String family) throws Exception {
    Path at = resource(family);
    SafetensorsReader goldens = goldens(at);
    ClipCheckpoint checkpoint = open(at);
    List<int[]> tokens = tokens(goldens);
    float[] golden = goldens.read("text");
    int width = checkpoint.model().projectionWidth();
    float[] found = Goldens.encoder(checkpoint, Precision.FP32).encodeTexts(tokens);
    float[] low = Goldens.encoder(checkpoint, Precision.BF16).encodeTexts(tokens);
    for (int i = 0; i < tokens.size(); i++) {
      float[] row = Arrays.copyOfRange(golden, i * width, (i + 1) * width);
      Goldens.assertNear(found, i, row, 0.9999, 0.001);
      Goldens.assertNear(low, i, row, 0.99, 0.05);
    }
  }

  /** Caches of an older build hold these bytes, and are read as if this one had written them. */
  @Test
  void archives_change_with_their_generation_alone() throws Exception {
    MessageDigest all = MessageDigest.getInstance("SHA-256");
    for (String family :
        List.of(
            "clip-gelu",
            "open-clip-quick",
            "open-clip-custom",
            "siglip",
            "siglip2",
            "dinov2",
            "dinov2-gated",
            "dinov2-registers")) {
      ClipCheckpoint from = open(resource(family));
      Path archive = folder.resolve(family + ".pt");
      for (Precision precision : List.of(Precision.FP32, Precision.BF16)) {
        ImageTower.of(from.model(), from.tensors(), from.layout(), precision).write(archive);
        all.update(Files.readAllBytes(archive));
        if (from.model().hasText()) {
          TextTower.of(from.model(), from.tensors(), from.layout(), precision).write(archive);
          all.update(Files.readAllBytes(archive));
        }
      }
    }
    assertThat(ArchiveCache.GENERATION + " " + HexFormat.of().formatHex(all.digest()))
        .as("where the archives are others, raise ArchiveCache.GENERATION with this digest")
        .isEqualTo("3 58d8b06251e7725062990c57aee0007fd80e6dd0aa9c760053984c3901cd922f");
  }

  @ParameterizedTest
  @ValueSource(strings = {"siglip", "siglip2"})
  void tokens_equal_the_family_s_own(String family) throws Exception {
    Path at = resource(family);
    List<String> prompts = Goldens.prompts(Files.readAllBytes(at.resolve("prompts.json")));
    List<int[]> golden = tokens(goldens(at));
    Tokenizer tokenizer = open(at).tokenizer();
    for (int i = 0; i < prompts.size(); i++) {
      assertThat(tokenizer.encode(prompts.get(i)))
          .as(prompts.get(i))
          .containsExactly(golden.get(i));
    }
  }

  @Test
  void a_tokenizer_of_the_library_travels_to_executors() throws Exception {
    Tokenizer tokenizer = open(resource("siglip2")).tokenizer();
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    try (java.io.ObjectOutputStream out = new java.io.ObjectOutputStream(bytes)) {
      out.writeObject(tokenizer);
    }
    assertThat(bytes.size()).isLessThan(200_000);
    try (java.io.ObjectInputStream in =
        new java.io.ObjectInputStream(new java.io.ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(((Tokenizer) in.readObject()).encode("a dog"))
          .isEqualTo(tokenizer.encode("a dog"));
    }
  }

  @Test
  void steps_after_the_resize_are_what_the_file_says() throws Exception {
    SafetensorsReader goldens = goldens(resource("clip-gelu"));
    Map<String, Consumer<ObjectNode>> steps = new LinkedHashMap<>();
    steps.put("no_normalise", p -> p.put("do_normalize", false));
    steps.put("no_rescale", p -> p.put("rescale_factor", 0.01));
    steps.put("blue_first", p -> p.put("do_flip_channel_order", true));
    for (Map.Entry<String, Consumer<ObjectNode>> step : steps.entrySet()) {
      ClipCheckpoint changed =
          open(edited("clip-gelu", "processor_config.json", "image_processor", step.getValue()));
      assertPictures(changed, goldens, step.getKey(), Precision.FP32, 0.9999, 0.001);
    }
  }

  @TestFactory
  Stream<DynamicTest> squares_are_cut_as_pillow_cuts_them() throws Exception {
    JsonNode cases = Json.mapper().readTree(Files.readString(resource("preprocessing.json")));
    return StreamSupport.stream(cases.spliterator(), false)
        .map(
            c ->
                DynamicTest.dynamicTest(
                    "%s %s by %s"
                        .formatted(
                            c.has("open_clip") ? c.get("open_clip") : c.get("preprocessor"),
                            c.get("width"),
                            c.get("height")),
                    () -> assertSquare(c)));
  }

  private static void assertSquare(JsonNode c) throws IOException {
    Preprocessing found =
        c.has("open_clip")
            ? Preprocessing.openClip(Config.of(c.get("open_clip"), "the file"), 16)
            : Preprocessing.huggingFace(c.get("preprocessor"), Preprocessing.clip(16), "the file");
    byte[] expected = Base64.getDecoder().decode(c.get("rgb").asText());
    assertThat(found.input().prepare(picture(c.get("width").asInt(), c.get("height").asInt())))
        .isEqualTo(expected);
  }

  @Test
  void a_step_that_nomen_does_not_have_is_refused_by_name() throws Exception {
    refused(p -> p.put("do_pad", true), "asks for do_pad (true)");
    refused(p -> p.put("do_resize", false), "asks for do_resize (false)");
    refused(p -> p.put("resample", 1), "resample is 1; Nomen has bilinear (2) and bicubic (3)");
    refused(p -> p.put("crop_pct", 0.9), "asks for crop_pct (0.9)");
    refused(p -> p.put("do_center_crop", false), "do_center_crop is false");
    refused(p -> p.putObject("size").put("longest_edge", 32), "size is {\"longest_edge\":32}");
    refused(
        p -> p.putObject("crop_size").put("height", 32).put("width", 24),
        "equal height and width are expected");
    refused(
        p -> p.putObject("crop_size").put("height", 24).put("width", 24), "image tower takes 32");
    refused(p -> p.putArray("image_std").add(0).add(1).add(1), "it divides");
  }

  private void refused(Consumer<ObjectNode> edit, String part) throws Exception {
    Path changed = edited("clip-gelu", "processor_config.json", "image_processor", edit);
    assertInput(() -> open(changed), part);
  }

  @Test
  void options_of_open_clip_that_nomen_does_not_have_are_refused_by_name() throws Exception {
    Map<String, Consumer<ObjectNode>> edits = new LinkedHashMap<>();
    edits.put(
        "vision_cfg.attentional_pool is true",
        m -> ((ObjectNode) m.get("vision_cfg")).put("attentional_pool", true));
    edits.put(
        "vision_cfg.timm_model_name is \"convnext_base\"",
        m -> ((ObjectNode) m.get("vision_cfg")).put("timm_model_name", "convnext_base"));
    edits.put(
        "text_cfg.hf_model_name is \"roberta-base\"",
        m -> ((ObjectNode) m.get("text_cfg")).put("hf_model_name", "roberta-base"));
    edits.put(
        "text_cfg.no_causal_mask is true",
        m -> ((ObjectNode) m.get("text_cfg")).put("no_causal_mask", true));
    for (Map.Entry<String, Consumer<ObjectNode>> edit : edits.entrySet()) {
      Path changed =
          edited("open-clip-quick", "open_clip_config.json", "model_cfg", edit.getValue());
      assertInput(() -> open(changed), edit.getKey());
    }
  }

  @Test
  void siglip_s_tower_in_timm_s_names_is_the_one_in_hugging_face_s() throws Exception {
    ClipCheckpoint own = open(resource("siglip"));
    TensorSource renamed =
        new TensorSource() {
          private final Map<String, String> names = timmNames();

          @Override
          public Map<String, Stored> tensors() {
            Map<String, Stored> tensors = new LinkedHashMap<>();
            names.forEach((timm, hf) -> tensors.put(timm, stored(timm, hf)));
            return tensors;
          }

          private Stored stored(String timm, String hf) {
            Stored found = own.tensors().tensors().get(hf);
            int rows = timm.contains("pool.q.") ? 1 : timm.contains("pool.kv.") ? 2 : 3;
            long[] shape = found.shape().clone();
            shape[0] =
                rows < 3 ? shape[0] * rows / 3 : hf.contains("q_proj") ? 3 * shape[0] : shape[0];
            return new Stored(found.type(), shape);
          }

          @Override
          public float[] read(String name) {
            String hf = names.get(name);
            float[] values = own.tensors().read(hf);
            if (hf.contains("q_proj")) {
              float[] key = own.tensors().read(hf.replace("q_proj", "k_proj"));
              float[] value = own.tensors().read(hf.replace("q_proj", "v_proj"));
              float[] all = Arrays.copyOf(values, 3 * values.length);
              System.arraycopy(key, 0, all, key.length, key.length);
              System.arraycopy(value, 0, all, 2 * key.length, key.length);
              return all;
            }
            int third = values.length / 3;
            return name.contains("pool.q.")
                ? Arrays.copyOf(values, third)
                : name.contains("pool.kv.") ? Arrays.copyOfRange(values, third, 3 * third) : values;
          }
        };
    Layout timm =
        new Layout(
            own.model().vision(),
            java.util.Optional.empty(),
            own.model().projectionWidth(),
            TensorNames.OPEN_CLIP_SIGLIP,
            "open_clip_config.json");
    timm.check(renamed, "the folder");
    for (String name :
        List.of(
            "image.patches.weight",
            "image.positions",
            "image.block.1.qkv.weight",
            "image.block.0.fc2.bias",
            "image.pool.probe",
            "image.pool.qkv.weight",
            "image.pool.qkv.bias",
            "image.pool.fc1.weight",
            "image.after.bias")) {
      assertThat(timm.read(renamed, name))
          .as(name)
          .isEqualTo(own.layout().read(own.tensors(), name));
    }
  }

  /** Hugging Face's name for each of timm's. */
  private static Map<String, String> timmNames() {
    Map<String, String> base = new LinkedHashMap<>();
    base.put("patch_embed.proj", "embeddings.patch_embedding");
    for (int i = 0; i < 2; i++) {
      String block = "encoder.layers." + i + ".";
      base.put("blocks." + i + ".norm1", block + "layer_norm1");
      base.put("blocks." + i + ".attn.qkv", block + "self_attn.q_proj");
      base.put("blocks." + i + ".attn.proj", block + "self_attn.out_proj");
      base.put("blocks." + i + ".norm2", block + "layer_norm2");
      base.put("blocks." + i + ".mlp.fc1", block + "mlp.fc1");
      base.put("blocks." + i + ".mlp.fc2", block + "mlp.fc2");
    }
    base.put("norm", "post_layernorm");
    base.put("attn_pool.proj", "head.attention.out_proj");
    base.put("attn_pool.norm", "head.layernorm");
    base.put("attn_pool.mlp.fc1", "head.mlp.fc1");
    base.put("attn_pool.mlp.fc2", "head.mlp.fc2");
    Map<String, String> names = new LinkedHashMap<>();
    for (String part : List.of("weight", "bias")) {
      base.forEach(
          (timm, hf) ->
              names.put("visual.trunk." + timm + "." + part, "vision_model." + hf + "." + part));
      names.put("visual.trunk.attn_pool.q." + part, "vision_model.head.attention.in_proj_" + part);
      names.put("visual.trunk.attn_pool.kv." + part, "vision_model.head.attention.in_proj_" + part);
    }
    names.put("visual.trunk.pos_embed", "vision_model.embeddings.position_embedding.weight");
    names.put("visual.trunk.attn_pool.latent", "vision_model.head.probe");
    return names;
  }

  /**
   * The configuration names one of timm's sizes, the weights are of a smaller one; what differs
   * between sizes is put in here.
   */
  @ParameterizedTest
  @ValueSource(strings = {"open-clip-eva02", "open-clip-pe", "open-clip-pe-g"})
  void towers_with_rotary_positions_are_timm_s(String family) throws Exception {
    Path at = resource(family);
    CheckpointFiles files = CheckpointFiles.of(Goldens.STORAGE, at.toString());
    Architecture named = Architecture.read(files);
    boolean eva02 = family.endsWith("eva02");
    boolean largest = family.endsWith("-g");
    int inner = eva02 ? 85 : largest ? 186 : 128;
    VisionTransformer vision = (VisionTransformer) named.vision();
    TowerSpec said = vision.tower();
    TowerSpec tower =
        new TowerSpec(32, inner, 2, 2, said.activation(), said.epsilon(), said.innerNorms());
    TowerSpec.Activation gelu = TowerSpec.Activation.GELU;
    assertThat(said)
        .isEqualTo(
            eva02
                ? new TowerSpec(768, 2048, 12, 12, TowerSpec.Activation.SWIGLU, 1e-6, true)
                : largest
                    ? new TowerSpec(1536, 8960, 50, 16, gelu, 1e-5, false)
                    : new TowerSpec(768, 3072, 12, 12, gelu, 1e-5, false));
    assertThat(vision.classToken()).isEqualTo(!largest);
    VisionTransformer small =
        eva02
            ? Architecture.eva02(tower, 32, 8)
            : Architecture.perceptionEncoder(tower, 32, 8, !largest);
    Preprocessing preprocessing =
        Preprocessing.openClip(
            Config.of(ClipCheckpoint.json(files, "open_clip_config.json"), "the file")
                .section("preprocess_cfg"),
            32);
    assertTowers(family, files, named, small, preprocessing);
  }

  /** The configuration names timm's smallest; the weights have a tenth of its channels. */
  @Test
  void towers_of_convolutions_are_timm_s() throws Exception {
    String family = "open-clip-efficientnet";
    CheckpointFiles files = CheckpointFiles.of(Goldens.STORAGE, resource(family).toString());
    Architecture named = Architecture.read(files);
    assertThat(named.vision()).isEqualTo(EfficientNetLite.of(45, 1, 1, true));
    assertThat(EfficientNetLite.of(300, 1.4, 1.8, false).stages())
        .extracting(EfficientNetLite.Stage::channels)
        .containsExactly(24, 32, 56, 112, 160, 272, 448);
    EfficientNetLite small = EfficientNetLite.of(45, 0.1, 1.3, true);
    assertTowers(family, files, named, small, named.preprocessing());
  }

  private void assertTowers(
      String family,
      CheckpointFiles files,
      Architecture named,
      VisionSpec small,
      Preprocessing preprocessing)
      throws Exception {
    ClipModel model = new ClipModel(family, "", "", small, named.text(), 24, preprocessing, 0);
    TensorSource tensors = WeightFiles.find(files, named).open(files);
    Layout layout = new Layout(small, named.text(), 24, named.names(), "the file");
    layout.check(tensors, family);
    SafetensorsReader goldens = goldens(resource(family));
    for (Precision precision : List.of(Precision.FP32, Precision.BF16)) {
      Path archives = Files.createDirectories(folder.resolve(family + precision));
      ImageTower.of(model, tensors, layout, precision).write(archives.resolve(ArchiveCache.IMAGE));
      TextTower.of(model, tensors, layout, precision).write(archives.resolve(ArchiveCache.TEXT));
      boolean full = precision == Precision.FP32;
      double cosine = full ? 0.9999 : 0.99;
      double norm = full ? 0.001 : 0.05;
      try (ClipEncoder encoder =
          ClipEncoder.load(archives, model, io.nomen.tensor.TorchDevice.CPU)) {
        float[] image = encoder.encodeImages(pixels(model), PICTURES.length);
        assertRows(image, goldens.read("image"), 24, cosine, norm);
        float[] text = encoder.encodeTexts(tokens(goldens));
        assertRows(text, goldens.read("text"), 24, cosine, norm);
      }
    }
  }

  private static void assertRows(
      float[] found, float[] golden, int width, double cosine, double norm) {
    for (int i = 0; i < golden.length / width; i++) {
      Goldens.assertNear(
          found, i, Arrays.copyOfRange(golden, i * width, (i + 1) * width), cosine, norm);
    }
  }

  @Test
  void timm_s_name_says_size_and_activation() throws Exception {
    Path at =
        edited(
            "open-clip-quick",
            "open_clip_config.json",
            "model_cfg",
            FamilyGoldenTest::siglipConfig);
    Architecture found = Architecture.read(CheckpointFiles.of(Goldens.STORAGE, at.toString()));
    assertThat(((VisionTransformer) found.vision()).tower())
        .isEqualTo(new TowerSpec(1152, 4304, 27, 16, TowerSpec.Activation.GELU_TANH, 1e-6, false));
    assertThat(found.vision().tokens()).isEqualTo(256);
    assertThat(found.tokenizer()).isEqualTo(TextCleaning.Rule.CANONICAL);
    assertThat(found.text().orElseThrow().pooling()).isEqualTo(TextSpec.Pooling.LAST_TOKEN);
    assertThat(found.text().orElseThrow().tower().activation())
        .isEqualTo(TowerSpec.Activation.GELU_TANH);
  }

  private static void siglipConfig(ObjectNode model) {
    model.put("embed_dim", 1152).put("custom_text", true);
    model
        .putObject("vision_cfg")
        .put("image_size", 256)
        .put("timm_model_name", "vit_so400m_patch16_siglip_256")
        .put("timm_pool", "map")
        .put("timm_proj", "none");
    ObjectNode text = model.putObject("text_cfg");
    text.put("context_length", 64).put("vocab_size", 256000).put("width", 1152).put("heads", 16);
    text.put("layers", 27).put("mlp_ratio", 3.7362).put("no_causal_mask", true);
    text.put("proj_bias", true).put("pool_type", "last").put("hf_tokenizer_name", "x");
    text.putObject("tokenizer_kwargs").put("clean", "canonicalize");
    text.putObject("norm_kwargs").put("eps", 1e-6);
    text.putObject("act_kwargs").put("approximate", "tanh");
    model.remove("quick_gelu");
  }

  @Test
  void a_model_without_words_says_what_it_is_for() throws Exception {
    ClipCheckpoint dino = open(resource("dinov2"));
    assertThat(dino.what()).contains("DINOv2", "images only", "model.safetensors");
    assertThat(dino.model().hasText()).isFalse();
    assertThatThrownBy(dino::tokenizer)
        .isInstanceOf(NomenException.class)
        .hasMessageContaining("encodes images only")
        .hasMessageContaining("--second-model");
  }

  @Test
  void a_folder_of_the_hub_s_cache_is_opened_at_its_snapshot() throws Exception {
    Path snapshot = Files.createDirectories(folder.resolve("models--x--y/snapshots/abc"));
    copy(resource("siglip"), snapshot);
    assertThat(open(folder.resolve("models--x--y")).model().digest())
        .isEqualTo(open(resource("siglip")).model().digest());
    Files.createDirectories(folder.resolve("models--x--y/snapshots/def"));
    assertInput(() -> open(folder.resolve("models--x--y")), "with 2 snapshots");
    Files.createDirectories(folder.resolve("models--x--y/refs"));
    Files.writeString(folder.resolve("models--x--y/refs/main"), "abc\n");
    assertThat(open(folder.resolve("models--x--y")).model().vision().tokens()).isEqualTo(16);
  }

  @Test
  void folders_that_are_something_else_get_a_hint() throws Exception {
    Path pointer = Files.createDirectories(folder.resolve("pointer"));
    copy(resource("siglip"), pointer);
    Files.writeString(
        pointer.resolve("model.safetensors"),
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 812672320\n");
    assertInput(() -> open(pointer), "git lfs pull");
    Path sentences = Files.createDirectories(folder.resolve("sentences"));
    Files.writeString(sentences.resolve("modules.json"), "[]");
    assertInput(() -> open(sentences), "sentence-transformers");
    assertInput(
        () -> ClipCheckpoint.open(Goldens.STORAGE, "google/siglip-base-patch16-224"),
        "nomen model pull google/siglip-base-patch16-224");
    Path bare = Files.createDirectories(folder.resolve("bare"));
    copy(resource("open-clip-quick"), bare);
    Files.delete(bare.resolve("open_clip_config.json"));
    assertInput(() -> open(bare), "no open_clip_config.json");
    for (String type : List.of("siglip2", "metaclip_2", "dinov3_vit")) {
      Path other = edited("siglip", "config.json", "", c -> c.put("model_type", type));
      assertInput(() -> open(other), "; take ");
    }
  }

  @Test
  void damaged_tokenizers_are_refused() throws Exception {
    byte[] pieces = Files.readAllBytes(resource("siglip").resolve("spiece.model"));
    java.util.Random random = new java.util.Random(20261128);
    int refused = 0;
    for (int round = 0; round < 500; round++) {
      byte[] damaged = pieces.clone();
      for (int n = 0; n < 3; n++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
      try {
        assertThat(SentencePieceModel.tokenizerJson(damaged, "it")).contains("Unigram");
      } catch (NomenException e) {
        assertThat(e.kind()).isEqualTo(NomenException.Kind.INPUT);
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(100);
    Path other = Files.createDirectories(folder.resolve("other"));
    copy(resource("siglip2"), other);
    Files.writeString(
        other.resolve("tokenizer.json"),
        "{\"added_tokens\":[{\"id\":0,\"content\":\"<pad>\"}],\"model\":7}");
    assertInput(
        () -> open(other).tokenizer(), "is not a tokenizer that Hugging Face's library reads");
    Files.delete(other.resolve("tokenizer.json"));
    assertInput(() -> open(other).tokenizer(), "has no tokenizer.json and no spiece.model");
  }

  private static void assertPictures(
      ClipCheckpoint checkpoint,
      SafetensorsReader goldens,
      String name,
      Precision precision,
      double cosine,
      double norm) {
    ClipModel model = checkpoint.model();
    float[] found =
        Goldens.encoder(checkpoint, precision).encodeImages(pixels(model), PICTURES.length);
    assertRows(found, goldens.read(name), model.projectionWidth(), cosine, norm);
  }

  private static ByteBuffer pixels(ClipModel model) {
    ByteBuffer pixels = ByteBuffer.allocateDirect(PICTURES.length * model.vision().imageBytes());
    for (int[] size : PICTURES) {
      pixels.put(model.preprocessing().input().prepare(picture(size[0], size[1])));
    }
    return pixels.flip();
  }

  private static List<int[]> tokens(SafetensorsReader goldens) {
    long[] shape = goldens.tensors().get("tokens").shape();
    float[] all = goldens.read("tokens");
    List<int[]> rows = new ArrayList<>();
    for (int i = 0; i < shape[0]; i++) {
      int[] row = new int[(int) shape[1]];
      for (int j = 0; j < row.length; j++) {
        row[j] = (int) all[i * row.length + j];
      }
      rows.add(row);
    }
    return rows;
  }

  private static RgbImage picture(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) ((31L * i * i + 7L * i) / 11 % 256);
    }
    return new RgbImage(width, height, rgb);
  }

  /** A copy of a family's folder with one file edited. */
  private Path edited(String family, String file, String level, Consumer<ObjectNode> edit)
      throws Exception {
    Path copy = Files.createTempDirectory(folder, family);
    copy(resource(family), copy);
    ObjectNode tree =
        (ObjectNode)
            Json.mapper().readTree(Files.readString(copy.resolve(file), StandardCharsets.UTF_8));
    edit.accept(level.isEmpty() ? tree : (ObjectNode) tree.get(level));
    Files.writeString(copy.resolve(file), Json.line(tree));
    return copy;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName().toString()));
      }
    }
  }

  private static ClipCheckpoint open(Path at) {
    return ClipCheckpoint.open(Goldens.STORAGE, at.toString());
  }

  private static SafetensorsReader goldens(Path at) {
    return SafetensorsReader.open(Goldens.STORAGE, at.resolve("goldens.safetensors").toString());
  }

  private static Path resource(String name) throws Exception {
    return Path.of(FamilyGoldenTest.class.getResource("families/" + name).toURI());
  }
}
