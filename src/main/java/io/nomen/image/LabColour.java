package io.nomen.image;

import java.awt.image.Raster;

/**
 * CIE L*a*b* of TIFF (TIFF 6.0, section 23) to sRGB. Its white is D50, as in Pillow's conversion by
 * LittleCMS.
 */
final class LabColour {
  private static final double[] WHITE = {0.9642, 1, 0.8249};

  /** From D50's XYZ to linear sRGB, adapted after Bradford. */
  private static final double[][] TO_SRGB = {
    {3.1338561, -1.6168667, -0.4906146},
    {-0.9787684, 1.9161415, 0.0334540},
    {0.0719453, -0.2289914, 1.4052427}
  };

  private LabColour() {}

  /**
   * Converts a whole picture.
   *
   * @param raster three bands of bytes: L* from 0 to 255, a* and b* signed
   */
  static RgbImage toRgb(Raster raster, Deadline deadline) throws BadImageException {
    RgbImage image = RgbImage.blank(raster.getWidth(), raster.getHeight());
    int[] row = new int[raster.getNumBands() * raster.getWidth()];
    int at = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      deadline.check();
      raster.getPixels(0, y, raster.getWidth(), 1, row);
      for (int x = 0; x < row.length; x += raster.getNumBands()) {
        pixel(row[x], (byte) row[x + 1], (byte) row[x + 2], image.rgb(), at);
        at += 3;
      }
    }
    return image;
  }

  private static void pixel(int lightness, int a, int b, byte[] rgb, int at) {
    double y = (lightness * 100 / 255.0 + 16) / 116;
    double[] xyz = {
      WHITE[0] * unbent(y + a / 500.0), WHITE[1] * unbent(y), WHITE[2] * unbent(y - b / 200.0)
    };
    for (int c = 0; c < 3; c++) {
      double linear = 0;
      for (int i = 0; i < 3; i++) {
        linear += TO_SRGB[c][i] * xyz[i];
      }
      rgb[at + c] = gamma(linear);
    }
  }

  private static double unbent(double t) {
    return t > 6 / 29.0 ? t * t * t : 3 * 36 / 841.0 * (t - 4 / 29.0);
  }

  private static byte gamma(double linear) {
    double clamped = Math.max(0, Math.min(1, linear));
    double value =
        clamped <= 0.0031308 ? 12.92 * clamped : 1.055 * Math.pow(clamped, 1 / 2.4) - 0.055;
    return (byte) Math.round(255 * value);
  }
}
