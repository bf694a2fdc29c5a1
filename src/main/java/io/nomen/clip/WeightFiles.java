package io.nomen.clip;

import com.fasterxml.jackson.databind.JsonNode;
import io.nomen.NomenException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which files of a checkpoint hold its weights: {@code model.safetensors}, or the shards that
 * {@code model.safetensors.index.json} names.
 *
 * @param index the index file; empty for one file
 * @param shards the weight files
 */
record WeightFiles(String index, List<String> shards) {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  static WeightFiles find(CheckpointFiles files) {
    if (files.has(SINGLE)) {
      return new WeightFiles("", List.of(SINGLE));
    }
    if (files.has(INDEX)) {
      JsonNode map = weightMap(files);
      TreeSet<String> shards = new TreeSet<>();
      map.forEach(shard -> shards.add(shard.asText()));
      for (String shard : shards) {
        requireShard(files, shard);
      }
      return new WeightFiles(INDEX, List.copyOf(shards));
    }
    throw NomenException.input(
        "%s has no %s and no %s; give the folder of a Hugging Face CLIP checkpoint, or \"tiny\"."
            .formatted(files.name(), SINGLE, INDEX));
  }

  TensorSource open(CheckpointFiles files) {
    if (index.isEmpty()) {
      return Safetensors.open(files, shards.get(0));
    }
    Map<String, TensorSource> opened = new HashMap<>();
    for (String shard : shards) {
      opened.put(shard, Safetensors.open(files, shard));
    }
    Map<String, TensorSource> owners = new TreeMap<>();
    weightMap(files)
        .fields()
        .forEachRemaining(
            entry -> {
              TensorSource shard = opened.get(entry.getValue().asText());
              if (!shard.tensors().containsKey(entry.getKey())) {
                throw NomenException.input(
                    "%s/%s places tensor %s in %s, which does not hold it."
                        .formatted(files.name(), INDEX, entry.getKey(), entry.getValue().asText()));
              }
              owners.put(entry.getKey(), shard);
            });
    return new ShardedTensors(owners);
  }

  /** The files that decide embeddings, in a fixed order. */
  List<String> digested(CheckpointFiles files) {
    List<String> all = new ArrayList<>();
    Stream.concat(
            Stream.of(
                "config.json",
                "preprocessor_config.json",
                "tokenizer.json",
                "vocab.json",
                "merges.txt"),
            index.isEmpty() ? Stream.empty() : Stream.of(index))
        .filter(files::has)
        .forEach(all::add);
    all.addAll(shards);
    return all;
  }

  private static JsonNode weightMap(CheckpointFiles files) {
    JsonNode map = ClipCheckpoint.json(files, INDEX).path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw NomenException.input("%s/%s has no weight_map.".formatted(files.name(), INDEX));
    }
    return map;
  }

  private static void requireShard(CheckpointFiles files, String shard) {
    // A name out of a stranger's index is a name in this folder, never a path.
    if (!files.has(shard)) {
      throw NomenException.input(
          "%s/%s names the shard \"%s\", which is not in the folder."
              .formatted(files.name(), INDEX, shard));
    }
  }
}
