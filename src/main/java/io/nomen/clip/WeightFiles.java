package io.nomen.clip;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.NomenException;
import io.nomen.safetensors.SafetensorsReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Which files of a checkpoint hold its weights: {@code model.safetensors}, or {@code
 * pytorch_model.bin}, each whole or as the shards that {@code ….index.json} names; in open_clip's
 * layout, the same with {@code open_clip_} before.
 *
 * @param index the index file; empty for one file
 * @param shards the weight files
 */
record WeightFiles(String index, List<String> shards) {
  private static final String SAFE = "model.safetensors";
  private static final String PICKLE = "pytorch_model.bin";
  private static final String INDEX = ".index.json";

  static WeightFiles find(CheckpointFiles files, Architecture architecture) {
    String prefix = architecture.configFile().equals(Architecture.OPEN_CLIP) ? "open_clip_" : "";
    for (String weights : List.of(prefix + SAFE, prefix + PICKLE)) {
      if (files.has(weights)) {
        return new WeightFiles("", List.of(weights));
      }
      if (files.has(weights + INDEX)) {
        return new WeightFiles(weights + INDEX, shards(files, weights + INDEX));
      }
    }
    throw NomenException.input(
        "%s has no %s and no %s; give the folder of a checkpoint in Hugging Face's or open_clip's layout, or \"tiny\"."
            .formatted(files.name(), prefix + SAFE, prefix + PICKLE));
  }

  TensorSource open(CheckpointFiles files) {
    if (index.isEmpty()) {
      return open(files, shards.get(0));
    }
    Map<String, TensorSource> opened = new HashMap<>();
    shards.forEach(shard -> opened.put(shard, open(files, shard)));
    Map<String, TensorSource> owners = new TreeMap<>();
    weightMap(files, index)
        .fields()
        .forEachRemaining(
            entry -> {
              TensorSource shard = opened.get(entry.getValue().asText());
              if (!shard.tensors().containsKey(entry.getKey())) {
                throw NomenException.input(
                    "%s/%s places tensor %s in %s, which does not hold it."
                        .formatted(files.name(), index, entry.getKey(), entry.getValue().asText()));
              }
              owners.put(entry.getKey(), shard);
            });
    return TensorSource.joined(owners);
  }

  private static TensorSource open(CheckpointFiles files, String shard) {
    return shard.endsWith(".safetensors")
        ? TensorSource.of(SafetensorsReader.open(files.source(shard)))
        : PickleCheckpoint.open(files, shard);
  }

  /** The files that decide embeddings, in a fixed order. */
  List<String> digested(CheckpointFiles files, Architecture architecture) {
    List<String> all = new ArrayList<>();
    Stream.of(
            architecture.filesRead().stream(),
            Stream.of("tokenizer.json", "vocab.json", "merges.txt"),
            architecture.tokenizer() == TextCleaning.Rule.CLIP
                ? Stream.<String>empty()
                : Stream.of("tokenizer_config.json", "spiece.model"),
            index.isEmpty() ? Stream.<String>empty() : Stream.of(index))
        .flatMap(Function.identity())
        .filter(files::has)
        .forEach(all::add);
    all.addAll(shards);
    return all;
  }

  private static List<String> shards(CheckpointFiles files, String index) {
    TreeSet<String> shards = new TreeSet<>();
    weightMap(files, index).forEach(shard -> shards.add(shard.asText()));
    for (String shard : shards) {
      // A name out of a stranger's index is a name in this folder, never a path.
      if (!files.has(shard)) {
        throw NomenException.input(
            "%s/%s names the shard \"%s\", which is not in the folder."
                .formatted(files.name(), index, shard));
      }
    }
    return List.copyOf(shards);
  }

  private static JsonNode weightMap(CheckpointFiles files, String index) {
    JsonNode map = ClipCheckpoint.json(files, index).path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw NomenException.input("%s/%s has no weight_map.".formatted(files.name(), index));
    }
    return map;
  }
}
