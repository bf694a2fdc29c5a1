package io.nomen.image;

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
