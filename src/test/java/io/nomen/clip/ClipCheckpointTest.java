package io.nomen.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nomen.NomenException;
import io.nomen.clip.TestCheckpoint.Raw;
import io.nomen.safetensors.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClipCheckpointTest {
  private static final String KEY = "text_model.final_layer_norm.bias";

  @TempDir Path folder;

  @Test
  void opens_the_bundled_model() {
    ClipCheckpoint tiny = ClipCheckpoint.open(Goldens.STORAGE, "tiny");
    assertThat(tiny.model().id()).isEqualTo("tiny");
    assertThat(tiny.model().digest()).matches("[0-9a-f]{64}");
    assertThat(tiny.model().projectionWidth()).isEqualTo(256);
    assertThat(tiny.model().vision().tokens()).isEqualTo(64);
    assertThat(tiny.model().parameters()).isEqualTo(5_623_136);
    assertThat(tiny.model().preprocessing().input().side()).isEqualTo(128);
    assertThat(tiny.ownNouns().orElseThrow())
        .hasSize(4_499)
        .contains("Egyptian cat\tegyptian_cat.n.01");
    assertThat(tiny.card().orElseThrow()).contains("EfficientNet-Lite0");
  }

  @Test
  void a_folder_with_the_same_files_has_the_same_digest_and_another_one_with_other_weights()
      throws Exception {
    TestCheckpoint copy = new TestCheckpoint(folder);
    String digest = copy.open().model().digest();
    Path other = Files.createDirectory(folder.resolve("other"));
    assertThat(digest).isEqualTo(new TestCheckpoint(other).open().model().digest());
    copy.editingTensors(t -> t.get(KEY).bytes()[0] ^= 1);
    assertThat(copy.open().model().digest()).isNotEqualTo(digest);
  }

  @Test
  void stray_keys_are_ignored() throws Exception {
    TestCheckpoint copy = new TestCheckpoint(folder);
    long parameters = copy.open().model().parameters();
    copy.editingTensors(
        t ->
            t.put(
                "text_model.embeddings.position_ids",
                new Raw("I64", new long[] {1, 1}, new byte[8])));
    assertThat(copy.open().model().parameters()).isEqualTo(parameters);
  }

  @Test
  void a_missing_tensor_is_named_with_its_shape() throws Exception {
    TestCheckpoint copy = new TestCheckpoint(folder).editingTensors(t -> t.remove(KEY));
    assertInput(copy::open, "no tensor " + KEY + " of shape [32]");
  }

  @Test
  void a_misshapen_tensor_is_named_with_both_shapes() throws Exception {
    TestCheckpoint copy =
        new TestCheckpoint(folder)
            .editingTensors(t -> t.put(KEY, new Raw("F16", new long[] {2, 16}, new byte[64])));
    assertInput(copy::open, "tensor " + KEY + " has shape [2, 16] where config.json asks for [32]");
  }

  @Test
  void weights_that_are_no_numbers_are_refused() throws Exception {
    TestCheckpoint copy =
        new TestCheckpoint(folder)
            .editingTensors(t -> t.put(KEY, new Raw("I64", new long[] {32}, new byte[256])));
    assertInput(copy::open, "tensor " + KEY + " is of a type that holds no weights");
  }

  @Test
  void another_architecture_is_refused() throws Exception {
    TestCheckpoint copy =
        new TestCheckpoint(folder).editing("config.json", c -> c.put("model_type", "bert"));
    assertInput(copy::open, "describes a \"bert\" model; Nomen reads CLIP checkpoints");
  }

  @Test
  void an_unknown_activation_is_refused() throws Exception {
    TestCheckpoint copy =
        new TestCheckpoint(folder)
            .editing(
                "config.json", c -> ((ObjectNode) c.get("text_config")).put("hidden_act", "relu"));
    assertInput(copy::open, "text_config.hidden_act is \"relu\"");
  }

  @Test
  void sizes_that_are_no_sizes_are_refused() throws Exception {
    TestCheckpoint copy =
        new TestCheckpoint(folder)
            .editing(
                "config.json", c -> ((ObjectNode) c.get("vision_config")).put("hidden_size", -1));
    assertInput(copy::open, "vision_config.hidden_size is -1");
  }

  @Test
  void missing_files_are_named() throws Exception {
    assertInput(new TestCheckpoint(folder).without("config.json")::open, "has no config.json");
    assertInput(
        new TestCheckpoint(folder).without("model.safetensors")::open, "has no model.safetensors");
    TestCheckpoint wordless = new TestCheckpoint(folder).without("tokenizer.json");
    assertThat(wordless.open().model().projectionWidth()).isEqualTo(24);
    assertInput(() -> wordless.open().tokenizer(), "has no tokenizer.json");
    assertInput(
        () -> ClipCheckpoint.open(Goldens.STORAGE, folder + "/nothing-here"),
        "is not a folder with files");
  }

  @Test
  void without_preprocessing_it_has_openai_s_constants() throws Exception {
    Preprocessing found =
        new TestCheckpoint(folder)
            .without("preprocessor_config.json")
            .open()
            .model()
            .preprocessing();
    assertThat(found.input().side()).isEqualTo(32);
    assertThat(found.mean()).containsExactly(0.48145466, 0.4578275, 0.40821073);
  }

  @Test
  void half_precision_shards_and_floats_hold_the_same_model() throws Exception {
    TestCheckpoint copy = new TestCheckpoint(folder);
    Map<String, Raw> all = TestCheckpoint.read(TestCheckpoint.file("model.safetensors"));
    Map<String, Raw> first = new LinkedHashMap<>();
    Map<String, Raw> second = new LinkedHashMap<>();
    ObjectNode index = io.nomen.store.Json.mapper().createObjectNode();
    ObjectNode map = index.putObject("weight_map");
    all.forEach(
        (name, raw) -> {
          boolean early = name.startsWith("text");
          (early ? first : second).put(name, early ? asFloats(raw) : raw);
          map.put(
              name,
              early ? "model-00001-of-00002.safetensors" : "model-00002-of-00002.safetensors");
        });
    TestCheckpoint.write(folder.resolve("model-00001-of-00002.safetensors"), first);
    TestCheckpoint.write(folder.resolve("model-00002-of-00002.safetensors"), second);
    Files.writeString(
        folder.resolve("model.safetensors.index.json"), io.nomen.store.Json.line(index));
    ClipCheckpoint sharded = copy.without("model.safetensors").open();
    Path other = Files.createDirectory(folder.resolve("other"));
    ClipCheckpoint whole = new TestCheckpoint(other).open();
    for (String name : new String[] {KEY, "visual_projection.weight"}) {
      assertThat(sharded.tensors().read(name)).isEqualTo(whole.tensors().read(name));
    }
    Files.delete(folder.resolve("model-00002-of-00002.safetensors"));
    assertInput(copy::open, "names the shard \"model-00002-of-00002.safetensors\"");
  }

  @Test
  void a_folder_of_another_layout_says_where_or_how_there_is_a_checkpoint() throws Exception {
    byte[] config = TestCheckpoint.file("config.json");
    Map<String, String> hints = new LinkedHashMap<>();
    Path cache = Files.createDirectories(folder.resolve("models--a--b/snapshots/0123abc"));
    Files.write(cache.resolve("config.json"), config);
    hints.put("models--a--b", "models--a--b/snapshots/0123abc");
    Path sentence = Files.createDirectories(folder.resolve("sentence/0_CLIPModel"));
    Files.write(sentence.resolve("config.json"), config);
    Files.writeString(folder.resolve("sentence/modules.json"), "[]");
    hints.put("sentence", "sentence-transformers; the one in it is");
    Path openClip = Files.createDirectories(folder.resolve("openclip"));
    Files.writeString(openClip.resolve("open_clip_config.json"), "{}");
    hints.put("openclip", "has no open_clip_model.safetensors");
    Path lfs = Files.createDirectories(folder.resolve("lfs"));
    Files.write(lfs.resolve("config.json"), config);
    Files.writeString(
        lfs.resolve("model.safetensors"),
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
    hints.put("lfs", "run git lfs pull");
    Files.createDirectories(folder.resolve("empty"));
    hints.put("empty", "is not a folder with files");
    hints.forEach(
        (name, hint) ->
            assertInput(
                () -> ClipCheckpoint.open(Goldens.STORAGE, folder.resolve(name).toString()), hint));
    assertInput(
        () -> ClipCheckpoint.open(Goldens.STORAGE, "openai/clip-vit-base-patch32"),
        "./nomen model pull openai/clip-vit-base-patch32 --output DIR");
  }

  private static Raw asFloats(Raw half) {
    float[] values = TensorType.F16.decode(half.bytes());
    ByteBuffer out = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    out.asFloatBuffer().put(values);
    return new Raw("F32", half.shape(), out.array());
  }

  static void assertInput(ThrowingCallable action, String part) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(
            NomenException.class, e -> assertThat(e.kind()).isEqualTo(NomenException.Kind.INPUT))
        .hasMessageContaining(part)
        .hasMessageNotContaining("\n");
  }
}
