package io.nomen.method;

import io.nomen.neighbours.KeptRows;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;
import io.nomen.tensor.SoftmaxRetrieval;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * The space that Nomen's own methods cluster in, as new images are brought into it: centred with
 * the means of the fit, fused with their text counterparts, smoothed against rows that were kept.
 *
 * @param imageMean [1, d]
 * @param texts what the counterparts need
 * @param kept [m, width] rows of the fit before smoothing
 */
record NomenSpace(Matrix imageMean, Texts texts, Matrix kept) implements Serializable {
  static final int NEIGHBOURS = 10;

  /**
   * The part of the nouns.
   *
   * @param nouns [m, d] the selected nouns
   * @param temperature of the counterparts' softmax
   * @param mean [1, d] of the fit's counterparts
   * @param weight λ; 0 where the gate is shut or images alone are used
   */
  record Texts(Matrix nouns, double temperature, Matrix mean, double weight)
      implements Serializable {

    /** No nouns at all. */
    static Texts none(int width) {
      Matrix empty = new Matrix(0, width, new float[0]);
      return new Texts(empty, 1, empty, 0);
    }
  }

  /** Brings rows into the space. */
  RowBlock of(RowBlock embeddings) {
    RowBlock images = CentredRows.centre(embeddings, imageMean.values());
    return KeptRows.smooth(fused(embeddings, images), kept, NEIGHBOURS);
  }

  /** The same for rows that are fused already, in the space before smoothing. */
  RowBlocks smoothed(RowBlocks fused) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(fused.blocks().context());
    Broadcast<Matrix> shared = spark.broadcast(kept);
    return new RowBlocks(
        fused.blocks().map(block -> KeptRows.smooth(block, shared.value(), NEIGHBOURS)),
        fused.rows(),
        fused.width());
  }

  private RowBlock fused(RowBlock embeddings, RowBlock images) {
    if (texts.weight() == 0) {
      return images;
    }
    try (SoftmaxRetrieval retrieval = new SoftmaxRetrieval(texts.nouns(), texts.temperature())) {
      RowBlock counterparts = retrieval.mixtures(embeddings);
      return Fusion.fuse(
          CentredRows.centre(counterparts, texts.mean().values()), images, texts.weight());
    }
  }

  Map<String, Matrix> matrices() {
    Map<String, Matrix> matrices = new LinkedHashMap<>();
    matrices.put("image_mean", imageMean);
    matrices.put("kept", kept);
    if (texts.weight() > 0) {
      matrices.put("nouns", texts.nouns());
      matrices.put("text_mean", texts.mean());
    }
    return matrices;
  }

  Map<String, String> settings() {
    return Map.of(
        "temperature", Double.toString(texts.temperature()),
        "weight", Double.toString(texts.weight()));
  }

  static NomenSpace of(ModelParts parts) {
    Matrix imageMean = parts.matrix("image_mean");
    double weight = Double.parseDouble(parts.setting("weight"));
    Texts texts =
        weight == 0
            ? Texts.none(imageMean.width())
            : new Texts(
                parts.matrix("nouns"),
                Double.parseDouble(parts.setting("temperature")),
                parts.matrix("text_mean"),
                weight);
    return new NomenSpace(imageMean, texts, parts.matrix("kept"));
  }
}
