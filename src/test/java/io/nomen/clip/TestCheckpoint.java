package io.nomen.clip;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nomen.store.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Checkpoints in a temporary folder: the small random CLIP of Hugging Face's layout, with
 * preprocessing in a file of its own and a tokenizer, so that tests can damage it.
 */
public final class TestCheckpoint {
  /** Columns of its embeddings. */
  public static final int WIDTH = 24;

  static final List<String> FILES =
      List.of("config.json", "preprocessor_config.json", "tokenizer.json", "model.safetensors");

  private final Path folder;

  /** A tensor as its file holds it. */
  record Raw(String dtype, long[] shape, byte[] bytes) {}

  TestCheckpoint(Path folder) throws IOException {
    this.folder = folder;
    for (String file : FILES) {
      Files.write(folder.resolve(file), file(file));
    }
  }

  /** Writes an undamaged one into {@code folder}: 32 pixels, thousands of images a second. */
  public static Path write(Path folder) throws IOException {
    return new TestCheckpoint(Files.createDirectories(folder)).folder;
  }

  static byte[] file(String name) throws IOException {
    return switch (name) {
      case "preprocessor_config.json" ->
          Json.line(
                  Json.mapper().readTree(resource("processor_config.json")).get("image_processor"))
              .getBytes(StandardCharsets.UTF_8);
      case "tokenizer.json" -> tokenizer().getBytes(StandardCharsets.UTF_8);
      default -> resource(name);
    };
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = TestCheckpoint.class.getResourceAsStream("families/clip-gelu/" + name)) {
      return in.readAllBytes();
    }
  }

  /** Letters alone: every word is spelt. */
  private static String tokenizer() {
    ObjectNode root = Json.mapper().createObjectNode();
    ObjectNode model = root.putObject("model").put("type", "BPE").put("end_of_word_suffix", "</w>");
    model.putArray("merges");
    ObjectNode vocabulary = model.putObject("vocab");
    for (char c = 'a'; c <= 'z'; c++) {
      vocabulary.put(String.valueOf(c), c - 'a').put(c + "</w>", 26 + c - 'a');
    }
    vocabulary.put("<|startoftext|>", 298).put("<|endoftext|>", 299);
    return Json.line(root);
  }

  ClipCheckpoint open() {
    return ClipCheckpoint.open(Goldens.STORAGE, folder.toString());
  }

  TestCheckpoint without(String file) throws IOException {
    Files.delete(folder.resolve(file));
    return this;
  }

  TestCheckpoint editing(String file, Consumer<ObjectNode> edit) throws IOException {
    ObjectNode tree = (ObjectNode) Json.mapper().readTree(Files.readString(folder.resolve(file)));
    edit.accept(tree);
    Files.writeString(folder.resolve(file), Json.line(tree));
    return this;
  }

  TestCheckpoint editingTensors(Consumer<Map<String, Raw>> edit) throws IOException {
    Map<String, Raw> tensors = read(Files.readAllBytes(folder.resolve("model.safetensors")));
    edit.accept(tensors);
    write(folder.resolve("model.safetensors"), tensors);
    return this;
  }

  static Map<String, Raw> read(byte[] file) throws IOException {
    int headerLength = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    ObjectNode header =
        (ObjectNode)
            Json.mapper().readTree(new String(file, 8, headerLength, StandardCharsets.UTF_8));
    Map<String, Raw> tensors = new LinkedHashMap<>();
    header
        .fields()
        .forEachRemaining(
            e -> {
              if (e.getKey().equals("__metadata__")) {
                return;
              }
              ArrayNode shape = (ArrayNode) e.getValue().get("shape");
              long[] extents = new long[shape.size()];
              for (int i = 0; i < extents.length; i++) {
                extents[i] = shape.get(i).asLong();
              }
              int from = 8 + headerLength + e.getValue().get("data_offsets").get(0).asInt();
              int to = 8 + headerLength + e.getValue().get("data_offsets").get(1).asInt();
              tensors.put(
                  e.getKey(),
                  new Raw(
                      e.getValue().get("dtype").asText(),
                      extents,
                      java.util.Arrays.copyOfRange(file, from, to)));
            });
    return tensors;
  }

  static void write(Path file, Map<String, Raw> tensors) throws IOException {
    ObjectNode header = Json.mapper().createObjectNode();
    long offset = 0;
    for (Map.Entry<String, Raw> entry : tensors.entrySet()) {
      ObjectNode tensor = header.putObject(entry.getKey());
      tensor.put("dtype", entry.getValue().dtype());
      ArrayNode shape = tensor.putArray("shape");
      for (long extent : entry.getValue().shape()) {
        shape.add(extent);
      }
      tensor.putArray("data_offsets").add(offset).add(offset + entry.getValue().bytes().length);
      offset += entry.getValue().bytes().length;
    }
    byte[] json = Json.line(header).getBytes(StandardCharsets.UTF_8);
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).array());
      out.write(json);
      for (Raw raw : tensors.values()) {
        out.write(raw.bytes());
      }
    }
  }
}
