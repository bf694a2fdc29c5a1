package io.nomen.method;

import io.nomen.heads.Checkpoints;
import io.nomen.method.MethodOptions.TrainingOptions;
import io.nomen.semantics.NounMatrix;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import io.nomen.testing.LocalSpark;
import io.nomen.testing.Npy;
import io.nomen.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.storage.StorageLevel;

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

  static TrainingOptions with(TrainingOptions usual, int epochs, int replicas) {
    return new TrainingOptions(
        OptionalInt.of(epochs),
        usual.batchSize(),
        usual.neighbours(),
        usual.contrast(),
        OptionalInt.of(replicas),
        usual.shards(),
        usual.localSteps(),
        usual.trainMax(),
        usual.linkage(),
        usual.mapping());
  }

  static TrainingOptions with(TrainingOptions usual, SicMapping mapping) {
    return new TrainingOptions(
        usual.epochs(),
        usual.batchSize(),
        usual.neighbours(),
        usual.contrast(),
        usual.replicas(),
        usual.shards(),
        usual.localSteps(),
        usual.trainMax(),
        usual.linkage(),
        mapping);
  }

  /**
   * The test split of one of the shared sets of CLIP features.
   *
   * @param rows unit rows, persisted
   * @param nouns of all sets
   */
  record ClipFeatures(RowBlocks rows, int[] labels, NounMatrix nouns) {

    static ClipFeatures of(String set) throws IOException {
      Path folder = Shared.data("clip-features");
      Matrix images = Npy.unitRows(folder.resolve(set).resolve("image_test.npy"));
      return new ClipFeatures(
          RowBlocks.of(LocalSpark.context(), images.values(), images.width())
              .persist(StorageLevel.MEMORY_ONLY()),
          Npy.integers(folder.resolve(set).resolve("labels_test.npy")),
          new NounMatrix(
              Files.readAllLines(folder.resolve("nouns.txt")),
              Npy.unitRows(folder.resolve("nouns.npy"))));
    }

    MethodInput input(long seed) {
      int classes = Arrays.stream(labels).max().orElseThrow() + 1;
      return with(MethodInput.of(rows, classes, seed), nouns);
    }
  }
}
