package io.nomen.clip;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nomen.NomenException;
import io.nomen.store.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints whose files lie, in every layout: a model, or one sentence, and nothing else. */
class HostileCheckpointTest {
  private static final List<String> LIES =
      List.of(
          "null",
          "true",
          "0",
          "-1",
          "7",
          "1048577",
          "2147483648",
          "1e308",
          "\"\"",
          "\"none\"",
          "\"%s\\n\\u0000\"",
          "[]",
          "[3, 4, 5]",
          "{}",
          "{\"height\": 0, \"width\": 0}");

  @TempDir Path folder;

  private static Path resource(String family) throws Exception {
    return Path.of(HostileCheckpointTest.class.getResource("families/" + family).toURI());
  }

  private void copy(String family) throws Exception {
    try (Stream<Path> files = Files.list(resource(family))) {
      for (Path file : files.filter(f -> !f.endsWith("goldens.safetensors")).toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
  }

  /** The JSON texts in which one value is another, or is gone. */
  private static List<String> lies(JsonNode root) throws IOException {
    List<String> all = new ArrayList<>();
    lies(root, root, all);
    return all;
  }

  private static void lies(JsonNode root, JsonNode at, List<String> all) throws IOException {
    if (at instanceof ObjectNode object) {
      List<String> keys = new ArrayList<>();
      object.fieldNames().forEachRemaining(keys::add);
      for (String key : keys) {
        JsonNode truth = object.get(key);
        for (String lie : LIES) {
          object.set(key, Json.mapper().readTree(lie));
          all.add(Json.line(root));
        }
        object.remove(key);
        all.add(Json.line(root));
        object.set(key, truth);
        lies(root, truth, all);
      }
    }
  }

  private boolean opens(boolean words) {
    try {
      ClipCheckpoint checkpoint = ClipCheckpoint.open(Goldens.STORAGE, folder.toString());
      assertThat(checkpoint.model().preprocessing().sentence()).isNotEmpty();
      if (words && checkpoint.model().hasText()) {
        checkpoint.tokenizer();
      }
      return true;
    } catch (NomenException e) {
      assertThat(e.kind()).as(e.getMessage()).isEqualTo(NomenException.Kind.INPUT);
      assertThat(e.getMessage()).doesNotContain("\n");
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "clip-gelu",
        "clip-vision",
        "open-clip-quick",
        "open-clip-custom",
        "open-clip-eva02",
        "open-clip-pe",
        "siglip",
        "siglip2",
        "dinov2",
        "dinov2-gated",
        "dinov2-registers"
      })
  void a_lie_anywhere_in_a_configuration_is_one_sentence(String family) throws Exception {
    copy(family);
    int refused = 0;
    List<Path> texts;
    try (Stream<Path> files = Files.list(folder)) {
      texts = files.filter(f -> f.toString().endsWith("config.json")).toList();
    }
    for (Path file : texts) {
      String truth = Files.readString(file);
      for (String lie : lies(Json.mapper().readTree(truth))) {
        Files.writeString(file, lie);
        refused += opens(family.startsWith("siglip")) ? 0 : 1;
      }
      for (int length = 0; length < truth.length(); length += 37) {
        Files.writeString(file, truth.substring(0, length));
        opens(false);
      }
      Files.writeString(file, truth);
    }
    assertThat(refused).isGreaterThan(50);
  }

  @Test
  void a_lie_anywhere_in_a_tokenizer_is_one_sentence() throws Exception {
    copy("siglip2");
    Path file = folder.resolve("tokenizer.json");
    String truth = Files.readString(file);
    Random random = new Random(20261128);
    int refused = 0;
    for (int round = 0; round < 400; round++) {
      JsonNode root = Json.mapper().readTree(truth);
      JsonNode lie = Json.mapper().readTree(LIES.get(random.nextInt(LIES.size())));
      replaceOne(root, lie, random);
      Files.writeString(file, Json.line(root));
      refused += opens(true) ? 0 : 1;
    }
    assertThat(refused).isGreaterThan(50);
  }

  /** Goes down a random way, and ends it with {@code lie} at a random depth. */
  private static void replaceOne(JsonNode root, JsonNode lie, Random random) {
    JsonNode at = root;
    while (true) {
      List<String> keys = new ArrayList<>();
      at.fieldNames().forEachRemaining(keys::add);
      int size = at.size();
      int chosen = random.nextInt(size);
      JsonNode child = at.isObject() ? at.get(keys.get(chosen)) : at.get(chosen);
      if (child.isEmpty() || random.nextInt(3) == 0) {
        if (at instanceof ObjectNode object) {
          object.set(keys.get(chosen), lie);
        } else {
          ((ArrayNode) at).set(chosen, lie);
        }
        return;
      }
      at = child;
    }
  }
}
