package io.nomen.clip;

import java.io.Serializable;

/**
 * The image tower: a vision transformer over square patches with a class token.
 *
 * @param imageSize pixels of the square input's side; a multiple of {@code patchSize}
 */
public record VisionSpec(TowerSpec tower, int imageSize, int patchSize) implements Serializable {
  /** Patches along one side. */
  public int grid() {
    return imageSize / patchSize;
  }

  /** Tokens of an image: its patches and the class token. */
  public int tokens() {
    return grid() * grid() + 1;
  }

  /** Bytes of one RGB input. */
  public int imageBytes() {
    return imageSize * imageSize * 3;
  }
}
