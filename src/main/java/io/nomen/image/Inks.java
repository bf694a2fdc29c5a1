package io.nomen.image;

/** Pillow's way from inks to light, which knows no profile: {@code (1 - ink) * (1 - black)}. */
final class Inks {
  private Inks() {}

  /**
   * Puts one ink and black together.
   *
   * @param ink 0 to 255: cyan, magenta or yellow
   * @param light 0 to 255: 255 less the black ink
   * @return the matching red, green or blue
   */
  static byte mix(int ink, int light) {
    int product = ink * light + 128;
    return (byte) Math.max(0, light - (((product >> 8) + product) >> 8));
  }
}
