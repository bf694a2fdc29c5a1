package io.nomen.method;

import io.nomen.tensor.RowBlock;
import io.nomen.tensor.RowBlocks;

/** Image and text side by side, weighted: {@code [√λ·t ; √(1−λ)·v]}, again of length 1. */
final class Fusion {
  private Fusion() {}

  /** Fuses all rows; a side of weight 0 is left out. Computed when used. */
  static RowBlocks of(RowBlocks texts, RowBlocks images, double weight) {
    if (weight == 0) {
      return images;
    }
    if (weight == 1) {
      return texts;
    }
    return new RowBlocks(
        texts.blocks().zip(images.blocks()).map(pair -> fuse(pair._1(), pair._2(), weight)),
        images.rows(),
        texts.width() + images.width());
  }

  /** Fuses the rows of one block. */
  static RowBlock fuse(RowBlock text, RowBlock image, double weight) {
    if (weight == 0) {
      return image;
    }
    if (weight == 1) {
      return text;
    }
    int width = text.width() + image.width();
    float[] fused = new float[text.rows() * width];
    for (int i = 0; i < text.rows(); i++) {
      scale(text, i, (float) Math.sqrt(weight), fused, i * width);
      scale(image, i, (float) Math.sqrt(1 - weight), fused, i * width + text.width());
    }
    return new RowBlock(text.firstRow(), text.rows(), width, fused);
  }

  private static void scale(RowBlock from, int row, float factor, float[] into, int at) {
    for (int j = 0; j < from.width(); j++) {
      into[at + j] = factor * from.values()[row * from.width() + j];
    }
  }
}
