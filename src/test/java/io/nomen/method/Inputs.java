package io.nomen.method;

import io.nomen.heads.Checkpoints;
import io.nomen.method.MethodOptions.Linkage;
import io.nomen.method.MethodOptions.TrainingOptions;
import io.nomen.semantics.NounMatrix;
import io.nomen.tensor.RowBlocks;
import java.util.Optional;
import java.util.OptionalInt;

/** Inputs of methods with one thing changed. */
final class Inputs {
  private Inputs() {}

  static MethodInput with(MethodInput input, NounMatrix nouns) {
    return new MethodInput(
        input.embeddings(),
        input.norms(),
        Optional.of(nouns),
        input.clusters(),
        input.options(),
        input.seed(),
        input.progress(),
        input.checkpoints(),
        input.second());
  }

  static MethodInput with(MethodInput input, MethodOptions options) {
    return new MethodInput(
        input.embeddings(),
        input.norms(),
        input.nouns(),
        input.clusters(),
        options,
        input.seed(),
        input.progress(),
        input.checkpoints(),
        input.second());
  }

  static MethodInput with(MethodInput input, Checkpoints checkpoints) {
    return new MethodInput(
        input.embeddings(),
        input.norms(),
        input.nouns(),
        input.clusters(),
        input.options(),
        input.seed(),
        input.progress(),
        checkpoints,
        input.second());
  }

  static MethodInput withSecond(MethodInput input, RowBlocks second) {
    return new MethodInput(
        input.embeddings(),
        input.norms(),
        input.nouns(),
        input.clusters(),
        input.options(),
        input.seed(),
        input.progress(),
        input.checkpoints(),
        Optional.of(second));
  }

  static MethodInput with(MethodInput input, TrainingOptions training) {
    MethodOptions usual = input.options();
    return with(input, new MethodOptions(usual.kmeans(), usual.semantics(), training));
  }

  static TrainingOptions with(TrainingOptions usual, int epochs, int replicas) {
    return with(
        usual, OptionalInt.of(epochs), OptionalInt.of(replicas), usual.linkage(), usual.mapping());
  }

  static TrainingOptions with(TrainingOptions usual, Linkage linkage) {
    return with(usual, usual.epochs(), usual.replicas(), linkage, usual.mapping());
  }

  static TrainingOptions with(TrainingOptions usual, SicMapping mapping) {
    return with(usual, usual.epochs(), usual.replicas(), usual.linkage(), mapping);
  }

  private static TrainingOptions with(
      TrainingOptions usual,
      OptionalInt epochs,
      OptionalInt replicas,
      Linkage linkage,
      SicMapping mapping) {
    return new TrainingOptions(
        epochs,
        usual.batchSize(),
        usual.neighbours(),
        usual.contrast(),
        replicas,
        usual.shards(),
        usual.localSteps(),
        usual.trainMax(),
        linkage,
        mapping);
  }
}
