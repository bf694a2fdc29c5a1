package io.nomen.method;

import io.nomen.neighbours.KeptRows;
import io.nomen.tensor.Matrix;
import io.nomen.tensor.RowBlock;
import io.nomen.tensor.SoftmaxRetrieval;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The space that Nomen's own methods cluster in, as new images are brought into it: centred with
 * the means of the fit, fused with their text counterparts, smoothed against rows that were kept.
 *
 * @param imageMean [1, d]
 * @param texts what the counterparts need; empty where the gate is shut or only images are used
 * @param kept [m, width] rows of the fit before smoothing
 */
record NomenSpace(Matrix imageMean, Optional<Texts> texts, Matrix kept) implements Serializable {
  static final int NEIGHBOURS = 10;

  /**
   * The part of the nouns.
   *
   * @param nouns [m, d] the selected nouns
   * @param temperature of the counterparts' softmax
   * @param mean [1, d] of the fit's counterparts
   * @param weight λ, above 0
   */
  record Texts(Matrix nouns, double temperature, Matrix mean, double weight)
      implements Serializable {}

  /** Brings rows into the space. */
  RowBlock of(RowBlock embeddings) {
    RowBlock images = CentredRows.centre(embeddings, imageMean.values());
    RowBlock fused = texts.map(t -> fuse(embeddings, images, t)).orElse(images);
    return KeptRows.smooth(fused, kept, NEIGHBOURS);
  }

  private static RowBlock fuse(RowBlock embeddings, RowBlock images, Texts texts) {
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
    texts.ifPresent(
        t -> {
          matrices.put("nouns", t.nouns());
          matrices.put("text_mean", t.mean());
        });
    return matrices;
  }

  Map<String, String> settings() {
    return texts
        .map(
            t ->
                Map.of(
                    "temperature", Double.toString(t.temperature()),
                    "weight", Double.toString(t.weight())))
        .orElse(Map.of("weight", "0"));
  }

  static NomenSpace of(ModelParts parts) {
    double weight = Double.parseDouble(parts.setting("weight"));
    Optional<Texts> texts =
        weight == 0
            ? Optional.empty()
            : Optional.of(
                new Texts(
                    parts.matrix("nouns"),
                    Double.parseDouble(parts.setting("temperature")),
                    parts.matrix("text_mean"),
                    weight));
    return new NomenSpace(parts.matrix("image_mean"), texts, parts.matrix("kept"));
  }
}
