package io.nomen.clip;

import java.util.Map;
import java.util.TreeMap;

/** The tensors of several weight files of one checkpoint. */
final class ShardedTensors implements TensorSource {
  private final Map<String, TensorSource> owners = new TreeMap<>();
  private final Map<String, Stored> tensors = new TreeMap<>();

  /**
   * @param owners for each tensor of the index, the shard that holds it
   */
  ShardedTensors(Map<String, TensorSource> owners) {
    this.owners.putAll(owners);
    owners.forEach((name, shard) -> tensors.put(name, shard.tensors().get(name)));
  }

  @Override
  public Map<String, Stored> tensors() {
    return tensors;
  }

  @Override
  public float[] read(String name) {
    return owners.get(name).read(name);
  }
}
