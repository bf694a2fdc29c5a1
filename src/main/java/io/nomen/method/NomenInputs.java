package io.nomen.method;

import io.nomen.neighbours.NeighbourLists;
import io.nomen.semantics.SemanticSpace;
import io.nomen.semantics.TextCounterparts;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.RowSample;
import org.apache.spark.storage.StorageLevel;

/**
 * What both of Nomen's own methods begin with: centred images and text counterparts, the images'
 * neighbours, and the gate.
 *
 * @param semantics the semantic space that the counterparts come from
 * @param imageMean mean of the embeddings, [d]
 * @param images centred embeddings, persisted
 * @param textMean mean of the counterparts, [d]
 * @param texts centred counterparts, persisted
 * @param lists neighbours of {@code images}
 * @param gate how far the nouns are let in
 */
record NomenInputs(
    SemanticSpace semantics,
    float[] imageMean,
    RowBlocks images,
    float[] textMean,
    RowBlocks texts,
    NeighbourLists lists,
    Gate gate)
    implements AutoCloseable {
  /** Most rows that a model keeps to smooth new ones against: 134 MB at 512 columns. */
  static final int MOST_KEPT = 65_536;

  private static final StorageLevel LEVEL = StorageLevel.MEMORY_AND_DISK();

  /**
   * Prepares {@code rows}.
   *
   * @param neighbours how many neighbours per image the lists hold
   */
  static NomenInputs of(MethodInput input, RowBlocks rows, String method, int neighbours) {
    SemanticSpace semantics = input.semanticSpace(method);
    Matrix nouns = semantics.nouns().embeddings();
    float[] imageMean = CentredRows.mean(rows);
    RowBlocks images = CentredRows.of(rows, imageMean).persist(LEVEL);
    RowBlocks counterparts =
        TextCounterparts.of(rows, nouns, input.options().semantics().temperature());
    float[] textMean = CentredRows.mean(counterparts);
    RowBlocks texts = CentredRows.of(counterparts, textMean).persist(LEVEL);
    NeighbourLists lists =
        input.neighbours("image neighbours", images, semantics.centres().rows(), neighbours);
    input.progress().at("how well the nouns fit", 0, 1);
    Gate gate = Gate.measure(input, images, texts, lists);
    input.progress().at("how well the nouns fit", 1, 1);
    return new NomenInputs(semantics, imageMean, images, textMean, texts, lists, gate);
  }

  /** Images and texts in one row, texts with the share {@code weight}. */
  RowBlocks fused(double weight) {
    return Fusion.of(texts, images, weight);
  }

  /** How new rows come into the space where texts have the share {@code weight}. */
  NomenSpace space(MethodInput input, double weight, RowBlocks unsmoothed) {
    RowBlocks kept =
        RowSample.even(unsmoothed, Math.min(MOST_KEPT, input.options().training().trainMax()));
    NomenSpace.Texts side =
        weight == 0
            ? NomenSpace.Texts.none(images.width())
            : new NomenSpace.Texts(
                semantics.nouns().embeddings(),
                input.options().semantics().temperature(),
                new Matrix(1, textMean.length, textMean),
                weight);
    return new NomenSpace(
        new Matrix(1, imageMean.length, imageMean),
        side,
        new Matrix(Math.toIntExact(kept.rows()), kept.width(), kept.collect()));
  }

  @Override
  public void close() {
    lists.close();
    images.unpersist();
    texts.unpersist();
  }
}
