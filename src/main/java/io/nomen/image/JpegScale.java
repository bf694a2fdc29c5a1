package io.nomen.image;

/** How much smaller than stored a JPEG may be decoded, for a model that looks at few pixels. */
final class JpegScale {
  /**
   * Pixels that are left per pixel of the model's input, along a side: the bicubic filter then
   * still averages over what it looks at.
   */
  private static final int MARGIN = 4;

  private JpegScale() {}

  /**
   * The largest allowed scale.
   *
   * @param targetShortestSide the model's, or 0 for the whole picture
   * @return 1, 2, 4 or 8
   */
  static int of(Facts facts, int targetShortestSide) {
    if (targetShortestSide == 0) {
      return 1;
    }
    int shortest = Math.min(facts.width(), facts.height());
    int scale = 1;
    while (scale < 8 && shortest / (2 * scale) >= MARGIN * targetShortestSide) {
      scale *= 2;
    }
    return scale;
  }
}
