package io.nomen.image;

/** Pillow's way from inks to light, which knows no profile: {@code (1 - ink) * (1 - black)}. */
final class CmykConversion {
  private static final int HALF = 1 << 15;

  private CmykConversion() {}

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

  /**
   * The four components of a JPEG, which Adobe's programs and Pillow store and read inverted: 255
   * is no ink.
   *
   * @param samples {@code [height, width, 4]}
   * @param ycck whether the first three are luma and chroma, by JFIF's conversion
   */
  static RgbImage toRgb(byte[] samples, int width, int height, boolean ycck) {
    RgbImage image = RgbImage.blank(width, height);
    byte[] rgb = image.rgb();
    int at = 0;
    for (int from = 0; from < samples.length; from += 4) {
      int first = samples[from] & 0xff;
      int second = samples[from + 1] & 0xff;
      int third = samples[from + 2] & 0xff;
      int light = samples[from + 3] & 0xff;
      if (ycck) {
        // Converted as if they were luma and chroma of light, these come out as the inks; in
        // libjpeg's 16-bit fixed point.
        int cb = second - 128;
        int cr = third - 128;
        rgb[at] = mix(clamp(first + ((91881 * cr + HALF) >> 16)), light);
        rgb[at + 1] = mix(clamp(first + ((-22554 * cb + HALF - 46802 * cr) >> 16)), light);
        rgb[at + 2] = mix(clamp(first + ((116130 * cb + HALF) >> 16)), light);
      } else {
        rgb[at] = mix(255 - first, light);
        rgb[at + 1] = mix(255 - second, light);
        rgb[at + 2] = mix(255 - third, light);
      }
      at += 3;
    }
    return image;
  }

  private static int clamp(int value) {
    return Math.max(0, Math.min(255, value));
  }
}
