package io.nomen.clip;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.NomenException;
import io.nomen.store.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a tokenizer from {@code tokenizer.json}, or from {@code vocab.json} and {@code merges.txt}.
 */
final class TokenizerFiles {
  private static final int LIMIT = 1 << 26;

  private TokenizerFiles() {}

  static ClipTokenizer read(CheckpointFiles files, TextSpec text) {
    if (files.has("tokenizer.json")) {
      return fromTokenizerJson(files, text);
    }
    if (files.has("vocab.json") && files.has("merges.txt")) {
      return fromVocabulary(files, text);
    }
    throw NomenException.input(
        "%s has no tokenizer.json and not both of vocab.json and merges.txt, which encoding text needs; copy them from the same model."
            .formatted(files.name()));
  }

  private static ClipTokenizer fromTokenizerJson(CheckpointFiles files, TextSpec text) {
    String where = files.name() + "/tokenizer.json";
    JsonNode root = json(files, "tokenizer.json");
    JsonNode model = root.path("model");
    if (!model.path("type").asText("BPE").equals("BPE")
        || !model.path("end_of_word_suffix").asText().equals("</w>")) {
      throw NomenException.input(
          "%s is not CLIP's kind of tokenizer (byte pairs with the word end \"</w>\")."
              .formatted(where));
    }
    Map<String, Integer> vocabulary = vocabulary(model.path("vocab"), where);
    root.path("added_tokens")
        .forEach(t -> vocabulary.putIfAbsent(t.path("content").asText(), t.path("id").asInt()));
    List<BytePairs.Pair> merges = new ArrayList<>();
    for (JsonNode merge : model.path("merges")) {
      merges.add(
          merge.isArray()
              ? new BytePairs.Pair(merge.path(0).asText(), merge.path(1).asText())
              : pair(merge.asText(), where));
    }
    return tokenizer(vocabulary, merges, text, where);
  }

  private static ClipTokenizer fromVocabulary(CheckpointFiles files, TextSpec text) {
    String where = files.name() + "/vocab.json";
    String merges = files.name() + "/merges.txt";
    return tokenizer(
        vocabulary(json(files, "vocab.json"), where),
        files
            .text("merges.txt", LIMIT)
            .lines()
            .filter(line -> !line.startsWith("#version") && !line.isBlank())
            .map(line -> pair(line, merges))
            .toList(),
        text,
        where);
  }

  private static ClipTokenizer tokenizer(
      Map<String, Integer> vocabulary, List<BytePairs.Pair> merges, TextSpec text, String where) {
    for (String special : List.of(ClipTokenizer.START, ClipTokenizer.END)) {
      if (!vocabulary.containsKey(special)) {
        throw NomenException.input("%s has no token \"%s\".".formatted(where, special));
      }
    }
    vocabulary.forEach(
        (token, id) -> {
          if (id < 0 || id >= text.vocabulary()) {
            throw NomenException.input(
                "%s gives token \"%s\" the id %d, but the text tower knows %d tokens."
                    .formatted(where, token, id, text.vocabulary()));
          }
        });
    int end = vocabulary.get(ClipTokenizer.END);
    if (!text.endIsLargestId() && end != text.endToken()) {
      throw NomenException.input(
          "%s has the end token %d, but config.json says %d; they belong to different models."
              .formatted(where, end, text.endToken()));
    }
    return new ClipTokenizer(
        new BytePairs(vocabulary, merges, where),
        vocabulary.get(ClipTokenizer.START),
        end,
        text.positions());
  }

  private static Map<String, Integer> vocabulary(JsonNode node, String where) {
    if (!node.isObject()) {
      throw NomenException.input("%s has no vocabulary.".formatted(where));
    }
    Map<String, Integer> vocabulary = new HashMap<>();
    node.fields().forEachRemaining(e -> vocabulary.put(e.getKey(), e.getValue().asInt(-1)));
    return vocabulary;
  }

  private static BytePairs.Pair pair(String line, String where) {
    int space = line.indexOf(' ');
    if (space < 1 || space == line.length() - 1) {
      throw NomenException.input(
          "%s has the merge \"%s\"; two parts with a space between are expected."
              .formatted(where, line));
    }
    return new BytePairs.Pair(line.substring(0, space), line.substring(space + 1));
  }

  private static JsonNode json(CheckpointFiles files, String file) {
    try {
      return Json.mapper().readTree(files.text(file, LIMIT));
    } catch (JsonProcessingException e) {
      throw NomenException.input(
          "%s/%s is not JSON: %s.".formatted(files.name(), file, e.getOriginalMessage()), e);
    }
  }
}
