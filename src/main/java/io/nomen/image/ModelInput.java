package io.nomen.image;

import java.io.Serializable;
import java.util.Arrays;

/**
 * How a picture becomes the square of pixels that an image tower takes: resized as {@code fit} says
 * with {@link PillowResize}, then the centre cut out, or, where the picture is smaller, padded.
 * Sizes and offsets are rounded as torchvision's {@code Resize} and {@code CenterCrop} and
 * open_clip's {@code ResizeKeepRatio} and {@code CenterCropOrPad} do, which is how the models were
 * trained; transformers' own processors round an odd rest of a crop down, so they may cut one pixel
 * beside it.
 *
 * @param size that the resized picture's side (which one, {@code fit} says) has
 * @param side width and height of the square
 * @param padding grey level of what a picture does not fill, 0 to 255
 */
public record ModelInput(Fit fit, Resampling resampling, int size, int side, int padding)
    implements Serializable {

  /** What of a picture gets the size. */
  public enum Fit {
    /** The shortest side; the longer keeps the ratio. */
    SHORTEST_SIDE,
    /** The longest side; the shorter keeps the ratio. */
    LONGEST_SIDE,
    /** Both sides, whatever their ratio. */
    SQUASH
  }

  public ModelInput {
    if (side < 1 || size < 1 || (fit != Fit.LONGEST_SIDE && side > size)) {
      throw new IllegalArgumentException(
          "a square of %d pixels cannot be cut from %d pixels".formatted(side, size));
    }
  }

  /** The shortest side to {@code size} (bicubic), and the centre: as CLIP is trained. */
  public static ModelInput centreCrop(int size, int side) {
    return new ModelInput(Fit.SHORTEST_SIDE, Resampling.BICUBIC, size, side, 0);
  }

  /**
   * The square of {@code image}.
   *
   * @return {@code [side, side, 3]} unsigned bytes
   */
  public byte[] prepare(RgbImage image) {
    int width = size;
    int height = size;
    boolean upright = image.width() <= image.height();
    if (fit == Fit.SHORTEST_SIDE) {
      // The longer side is cut to whole pixels.
      width = upright ? size : (int) ((long) size * image.width() / image.height());
      height = upright ? (int) ((long) size * image.height() / image.width()) : size;
    } else if (fit == Fit.LONGEST_SIDE) {
      double ratio = Math.max(image.width(), image.height()) / (double) size;
      width = Math.max(1, (int) Math.rint(image.width() / ratio));
      height = Math.max(1, (int) Math.rint(image.height() / ratio));
    }
    int partWidth = Math.min(width, side);
    int partHeight = Math.min(height, side);
    // Half to even, as Python rounds.
    int left = (int) Math.rint((width - partWidth) / 2.0);
    int top = (int) Math.rint((height - partHeight) / 2.0);
    byte[] part =
        PillowResize.resize(image, resampling, width, height, left, top, partWidth, partHeight)
            .rgb();
    return partWidth == side && partHeight == side ? part : padded(part, partWidth, partHeight);
  }

  private byte[] padded(byte[] part, int width, int height) {
    byte[] square = new byte[side * side * 3];
    Arrays.fill(square, (byte) padding);
    int left = (side - width) / 2;
    int top = (side - height) / 2;
    for (int y = 0; y < height; y++) {
      System.arraycopy(part, 3 * width * y, square, 3 * ((top + y) * side + left), 3 * width);
    }
    return square;
  }

  /** Pillow's filters that encoders are trained with ({@code Resampling} and its numbers there). */
  public enum Resampling {
    /** The triangle; Pillow's 2. */
    BILINEAR(1),
    /** Keys' cubic with a = -0.5; Pillow's 3. */
    BICUBIC(2);

    private static final double A = -0.5;

    private final double support;

    Resampling(double support) {
      this.support = support;
    }

    /** How far from an output's centre an input counts, in pixels, when nothing is shrunk. */
    double support() {
      return support;
    }

    /** The weight of an input at the distance {@code at}. */
    double weight(double at) {
      double x = Math.abs(at);
      if (this == BILINEAR) {
        return x < 1 ? 1 - x : 0;
      }
      if (x < 1) {
        return ((A + 2) * x - (A + 3)) * x * x + 1;
      }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
    }
  }
}
