package io.nomen.vocabulary;

import java.util.List;

/** CLIP's text tower as nouns need it. */
public interface TextEncoder {
  /**
   * Embeds sentences, cut at the model's context length with the end token kept.
   *
   * @return [prompts, width] float32 row-major, projected and <b>not</b> normalised
   */
  float[] encode(List<String> prompts);

  /** d, the width of the embedding. */
  int width();
}
