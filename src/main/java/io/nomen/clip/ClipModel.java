package io.nomen.clip;

import io.nomen.NomenException;
import io.nomen.clip.TowerSpec.TextSpec;
import io.nomen.clip.TowerSpec.VisionSpec;
import java.io.Serializable;
import java.util.Optional;

/**
 * A checkpoint as all stages know it: where it is and what it computes. Small; travels to
 * executors, which read the weights themselves.
 */
public final class ClipModel implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String id;
  private final String location;
  private final String digest;
  private final VisionSpec vision;
  private final TextSpec text;
  private final int projectionWidth;
  private final Preprocessing preprocessing;
  private final long parameters;

  ClipModel(
      String id,
      String location,
      String digest,
      VisionSpec vision,
      Optional<TextSpec> text,
      int projectionWidth,
      Preprocessing preprocessing,
      long parameters) {
    this.id = id;
    this.location = location;
    this.digest = digest;
    this.vision = vision;
    this.text = text.orElse(null);
    this.projectionWidth = projectionWidth;
    this.preprocessing = preprocessing;
    this.parameters = parameters;
  }

  /** The name that people see: {@code tiny}, or the folder's name. */
  public String id() {
    return id;
  }

  /** {@code tiny}, or the folder's absolute URI. */
  public String location() {
    return location;
  }

  /**
   * SHA-256 (hexadecimal) over configuration, weights, tokenizer and preprocessing: equal digests
   * mean equal embeddings.
   */
  public String digest() {
    return digest;
  }

  public VisionSpec vision() {
    return vision;
  }

  /** Whether texts can be encoded too. */
  public boolean hasText() {
    return text != null;
  }

  /**
   * The text tower.
   *
   * @throws NomenException (usage) where the model encodes images only
   */
  public TextSpec text() {
    if (text == null) {
      throw NomenException.usage(
          "%s encodes images only; what needs words (a vocabulary, names) takes a model with a text tower, such as CLIP or SigLIP, and this one can be its --second-model."
              .formatted(id));
    }
    return text;
  }

  /** Width {@code d} of image and text embeddings. */
  public int projectionWidth() {
    return projectionWidth;
  }

  public Preprocessing preprocessing() {
    return preprocessing;
  }

  /** Number of weights in all towers. */
  public long parameters() {
    return parameters;
  }
}
