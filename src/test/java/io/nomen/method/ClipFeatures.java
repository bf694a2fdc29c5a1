package io.nomen.method;

import io.nomen.evaluate.Scores;
import io.nomen.semantics.NounMatrix;
import io.nomen.tensor.AssignmentBlock;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import io.nomen.testing.LocalSpark;
import io.nomen.testing.Npy;
import io.nomen.testing.Shared;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;

/** Real CLIP features with labels, which only the scores see. */
record ClipFeatures(String name, int clusters, int centres) {
  static final ClipFeatures PETS = new ClipFeatures("oxford_pets", 37, 111);
  static final ClipFeatures DTD = new ClipFeatures("dtd", 47, 141);
  static final ClipFeatures CALTECH = new ClipFeatures("caltech101", 100, 300);

  static List<ClipFeatures> all() {
    return List.of(PETS, DTD, CALTECH);
  }

  static ClipFeatures named(String name) {
    return all().stream().filter(set -> set.name().equals(name)).findFirst().orElseThrow();
  }

  RowBlocks images(String split) {
    Matrix rows = Npy.unitRows(Shared.data("clip-features/" + name + "/image_" + split + ".npy"));
    return RowBlocks.of(LocalSpark.context(), rows.values(), rows.width());
  }

  static NounMatrix nouns() throws Exception {
    Path words = Shared.data("clip-features/nouns.txt");
    Matrix rows = Npy.unitRows(Shared.data("clip-features/nouns.npy"));
    return new NounMatrix(Files.readAllLines(words), rows);
  }

  Scores scores(JavaRDD<AssignmentBlock> assignments, String split) {
    int[] labels = Npy.integers(Shared.data("clip-features/" + name + "/labels_" + split + ".npy"));
    int[] clusters = new int[labels.length];
    for (AssignmentBlock block : assignments.collect()) {
      System.arraycopy(block.cluster(), 0, clusters, (int) block.firstRow(), block.rows());
    }
    return Scores.of(labels, clusters);
  }
}
