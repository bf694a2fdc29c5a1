package io.nomen.image;

import java.io.Serializable;
import java.time.Duration;

/**
 * Limits of decoding.
 *
 * @param pixelLimit images whose header promises more pixels are refused before decoding
 * @param timeLimit decoding stops after this long
 * @param targetShortestSide shortest side in pixels that the model will be given, so that a much
 *     larger JPEG may be decoded at 1/2, 1/4 or 1/8 of its size; 0 decodes every image whole
 */
public record DecodeOptions(long pixelLimit, Duration timeLimit, int targetShortestSide)
    implements Serializable {
  /** Pillow's: twice its {@code MAX_IMAGE_PIXELS}, above which it refuses an image. */
  public static final long DEFAULT_PIXEL_LIMIT = 178_956_970L;

  public static final Duration DEFAULT_TIME_LIMIT = Duration.ofSeconds(30);

  public DecodeOptions {
    if (pixelLimit < 1 || timeLimit.isNegative() || timeLimit.isZero() || targetShortestSide < 0) {
      throw new IllegalArgumentException(
          "limits of decoding must be positive, found %d pixels, %s, target %d"
              .formatted(pixelLimit, timeLimit, targetShortestSide));
    }
  }

  /** The default limits, every image decoded whole. */
  public static DecodeOptions defaults() {
    return new DecodeOptions(DEFAULT_PIXEL_LIMIT, DEFAULT_TIME_LIMIT, 0);
  }

  /** The default limits, for a model whose input's shortest side is {@code shortestSide} pixels. */
  public static DecodeOptions forModelInput(int shortestSide) {
    return new DecodeOptions(DEFAULT_PIXEL_LIMIT, DEFAULT_TIME_LIMIT, shortestSide);
  }
}
