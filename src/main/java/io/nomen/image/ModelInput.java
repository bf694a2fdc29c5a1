package io.nomen.image;

/**
 * The pixels that a CLIP image tower is given, as OpenAI's preprocessing makes them: the shortest
 * side to a size with {@link PillowBicubic}, then the centre.
 */
public final class ModelInput {
  private ModelInput() {}

  /**
   * Resizes and crops.
   *
   * <p>The longer side is cut to whole pixels, and crop offsets are rounded half to even, as
   * torchvision's {@code Resize} and {@code CenterCrop} do.
   *
   * @param shortestEdge size of the shortest side before the crop
   * @param crop width and height of the result; at most {@code shortestEdge}
   * @return {@code [crop, crop, 3]} unsigned bytes
   */
  public static byte[] prepare(RgbImage image, int shortestEdge, int crop) {
    if (crop < 1 || crop > shortestEdge) {
      throw new IllegalArgumentException(
          "a crop of %d pixels does not fit a shortest edge of %d".formatted(crop, shortestEdge));
    }
    boolean upright = image.width() <= image.height();
    int width = upright ? shortestEdge : longer(image.width(), image.height(), shortestEdge);
    int height = upright ? longer(image.height(), image.width(), shortestEdge) : shortestEdge;
    int left = (int) Math.rint((width - crop) / 2.0);
    int top = (int) Math.rint((height - crop) / 2.0);
    return PillowBicubic.resize(image, width, height, left, top, crop, crop).rgb();
  }

  private static int longer(int longSide, int shortSide, int shortestEdge) {
    return (int) ((long) shortestEdge * longSide / shortSide);
  }
}
