package io.nomen.method;

import io.nomen.evaluate.Scores;
import io.nomen.semantics.NounMatrix;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import io.nomen.testing.LocalSpark;
import io.nomen.testing.Npy;
import io.nomen.testing.Shared;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;

/**
 * Real CLIP features with labels, which only the scores see.
 *
 * @param images [N, 512] unit rows
 * @param labels [N] from 0
 * @param rows {@code images}, persisted
 * @param nouns of all sets
 */
public record ClipFeatures(
    String name, Matrix images, int[] labels, RowBlocks rows, NounMatrix nouns)
    implements AutoCloseable {
  private static final Path FOLDER = Path.of("clip-features");

  private ClipFeatures(String name, Matrix images, int[] labels, NounMatrix nouns) {
    this(
        name,
        images,
        labels,
        RowBlocks.of(LocalSpark.context(), images.values(), images.width())
            .persist(StorageLevel.MEMORY_ONLY()),
        nouns);
  }

  /** The test split of {@code set}: oxford_pets, dtd or caltech101. */
  public static ClipFeatures of(String set) {
    return of(set, "test");
  }

  static ClipFeatures of(String set, String split) {
    Path folder = Shared.data(FOLDER.toString());
    try {
      return new ClipFeatures(
          set,
          Npy.unitRows(folder.resolve(set).resolve("image_%s.npy".formatted(split))),
          Npy.integers(folder.resolve(set).resolve("labels_%s.npy".formatted(split))),
          new NounMatrix(
              Files.readAllLines(folder.resolve("nouns.txt")),
              Npy.unitRows(folder.resolve("nouns.npy"))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same with other nouns. */
  ClipFeatures with(NounMatrix other) {
    return new ClipFeatures(name, images, labels, rows, other);
  }

  public int clusters() {
    return (int) Arrays.stream(labels).distinct().count();
  }

  /** Every noun and K, and nothing else. */
  MethodInput input(long seed) {
    return Inputs.with(MethodInput.of(rows, clusters(), seed), nouns);
  }

  /**
   * Some of the images: classes in random order, the one of rank r with {@code largest · r^-power}
   * of its images, but at least 6, or all that it has.
   */
  public ClipFeatures unequal(int largest, double power, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] classes = shuffled(Arrays.stream(labels).distinct().sorted().toArray(), random);
    int[] kept =
        IntStream.range(0, classes.length)
            .flatMap(
                rank -> {
                  int wanted = (int) Math.max(6, Math.round(largest * Math.pow(rank + 1, -power)));
                  int[] own =
                      IntStream.range(0, labels.length)
                          .filter(row -> labels[row] == classes[rank])
                          .toArray();
                  return Arrays.stream(shuffled(own, random)).limit(wanted);
                })
            .sorted()
            .toArray();
    return new ClipFeatures(
        "%s, %d r^-%.1f".formatted(name, largest, power),
        images.select(kept),
        Arrays.stream(kept).map(row -> labels[row]).toArray(),
        nouns);
  }

  private static int[] shuffled(int[] values, SplittableRandom random) {
    for (int i = values.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int kept = values[i];
      values[i] = values[other];
      values[other] = kept;
    }
    return values;
  }

  Scores scores(JavaRDD<AssignmentBlock> assignments) {
    return Scores.of(labels, AssignmentBlock.clusters(assignments));
  }

  @Override
  public void close() {
    rows.unpersist();
  }
}
