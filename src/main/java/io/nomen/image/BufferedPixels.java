package io.nomen.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.util.Arrays;

/**
 * Brings what ImageIO's readers give to RGB from the stored samples, as Pillow's {@code
 * convert("RGB")} does: not through {@code getRGB}, which is slow, converts by profiles and treats
 * grey as linear light.
 */
final class BufferedPixels {
  /** Samples whose uppermost four bits no sample uses hold fewer bits than they have room for. */
  private static final int UNUSED_BITS = 4;

  private BufferedPixels() {}

  /** The picture; its samples use all bits that they have. */
  static RgbImage toRgb(BufferedImage image, Deadline deadline) throws BadImageException {
    return toRgb(image, image.getSampleModel().getSampleSize(), false, deadline);
  }

  /**
   * The picture.
   *
   * @param bits how many of each band's bits are used, the lower ones
   * @param premultiplied whether colours are stored multiplied by the alpha behind them
   */
  static RgbImage toRgb(BufferedImage image, int[] bits, boolean premultiplied, Deadline deadline)
      throws BadImageException {
    RgbImage out = RgbImage.blank(image.getWidth(), image.getHeight());
    Raster raster = image.getRaster();
    int colours = image.getColorModel().getColorSpace().getType();
    boolean grey = colours == ColorSpace.TYPE_GRAY;
    boolean plain = grey || colours == ColorSpace.TYPE_RGB;
    if (image.getColorModel() instanceof IndexColorModel palette) {
      indices(raster, palette, out, deadline);
    } else if (colours == ColorSpace.TYPE_CMYK) {
      inks(raster, bits[0], out, deadline);
    } else if (!plain) {
      throw BadImageException.unsupported("its colour space, of type %d, is not read", colours);
    } else if (!grey && raster.getNumBands() < 3) {
      paletteWithAlpha(image, out, deadline);
    } else if (premultiplied || bits[0] != 8 || !interleaved(raster, grey, out)) {
      samples(raster, grey ? 1 : 3, bits, premultiplied, out, deadline);
    }
    return out;
  }

  /** Bytes in pixel order, the usual case; false for anything else. */
  private static boolean interleaved(Raster raster, boolean grey, RgbImage out) {
    if (!(raster.getDataBuffer() instanceof DataBufferByte buffer)
        || !(raster.getSampleModel() instanceof PixelInterleavedSampleModel model)
        || raster.getParent() != null) {
      return false;
    }
    byte[] in = buffer.getData();
    int[] bands = model.getBandOffsets();
    int red = bands[0];
    int green = grey ? red : bands[1];
    int blue = grey ? red : bands[2];
    int pixel = model.getPixelStride();
    byte[] rgb = out.rgb();
    int at = 0;
    for (int y = 0; y < out.height(); y++) {
      int from = buffer.getOffset() + y * model.getScanlineStride();
      for (int x = 0; x < out.width(); x++) {
        rgb[at] = in[from + red];
        rgb[at + 1] = in[from + green];
        rgb[at + 2] = in[from + blue];
        at += 3;
        from += pixel;
      }
    }
    return true;
  }

  private static void indices(
      Raster raster, IndexColorModel palette, RgbImage out, Deadline deadline)
      throws BadImageException {
    int size = Math.max(palette.getMapSize(), 1 << palette.getPixelSize());
    byte[] reds = new byte[size];
    byte[] greens = new byte[size];
    byte[] blues = new byte[size];
    palette.getReds(reds);
    palette.getGreens(greens);
    palette.getBlues(blues);
    int[] row = new int[out.width()];
    int at = 0;
    for (int y = 0; y < out.height(); y++) {
      checkEvery64(y, deadline);
      raster.getSamples(0, y, out.width(), 1, 0, row);
      for (int index : row) {
        out.rgb()[at++] = reds[index];
        out.rgb()[at++] = greens[index];
        out.rgb()[at++] = blues[index];
      }
    }
  }

  /** Of TIFF alone; TwelveMonkeys' colour model for it looks the colours up. */
  private static void paletteWithAlpha(BufferedImage image, RgbImage out, Deadline deadline)
      throws BadImageException {
    int at = 0;
    for (int y = 0; y < out.height(); y++) {
      checkEvery64(y, deadline);
      for (int x = 0; x < out.width(); x++) {
        int colour = image.getRGB(x, y);
        out.rgb()[at++] = (byte) (colour >> 16);
        out.rgb()[at++] = (byte) (colour >> 8);
        out.rgb()[at++] = (byte) colour;
      }
    }
  }

  private static void samples(
      Raster raster,
      int colours,
      int[] bits,
      boolean premultiplied,
      RgbImage out,
      Deadline deadline)
      throws BadImageException {
    int bands = raster.getNumBands();
    int[] used = bits.clone();
    if (bits[0] > 8) {
      Arrays.fill(used, usedBits(raster, colours, bits[0], deadline));
    }
    int[] row = new int[bands * out.width()];
    int at = 0;
    for (int y = 0; y < out.height(); y++) {
      checkEvery64(y, deadline);
      raster.getPixels(0, y, out.width(), 1, row);
      for (int from = 0; from < row.length; from += bands) {
        int alpha = premultiplied ? toByte(row[from + colours], used[colours]) : 0;
        for (int c = 0; c < 3; c++) {
          int band = colours == 1 ? 0 : c;
          int value = toByte(row[from + band], used[band]);
          out.rgb()[at++] = (byte) (alpha == 0 ? value : Math.min(255, 255 * value / alpha));
        }
      }
    }
  }

  /**
   * How many bits the samples fill. Microscopes, thermal cameras and programs that store 8 bits in
   * 16 leave the upper ones empty: cut to the upper 8 bits, such a picture would be black.
   */
  private static int usedBits(Raster raster, int colours, int bits, Deadline deadline)
      throws BadImageException {
    int[] row = new int[raster.getWidth()];
    int any = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      checkEvery64(y, deadline);
      for (int band = 0; band < colours; band++) {
        raster.getSamples(0, y, row.length, 1, band, row);
        for (int sample : row) {
          any |= sample;
        }
      }
    }
    int filled = 32 - Integer.numberOfLeadingZeros(any & mask(bits));
    return filled > bits - UNUSED_BITS ? bits : Math.max(8, filled + filled % 2);
  }

  private static int mask(int bits) {
    return bits == 32 ? -1 : (1 << bits) - 1;
  }

  /** Wider samples lose their lower bits, narrower ones are stretched, both as in Pillow. */
  private static int toByte(int sample, int bits) {
    int value = sample & mask(bits);
    return bits >= 8 ? value >>> (bits - 8) : value * 255 / mask(bits);
  }

  private static void inks(Raster raster, int bits, RgbImage out, Deadline deadline)
      throws BadImageException {
    int bands = raster.getNumBands();
    int[] row = new int[bands * out.width()];
    int at = 0;
    for (int y = 0; y < out.height(); y++) {
      checkEvery64(y, deadline);
      raster.getPixels(0, y, out.width(), 1, row);
      for (int from = 0; from < row.length; from += bands) {
        int light = 255 - toByte(row[from + 3], bits);
        for (int c = 0; c < 3; c++) {
          out.rgb()[at++] = CmykConversion.mix(toByte(row[from + c], bits), light);
        }
      }
    }
  }

  /**
   * The picture in a raster of floating-point samples: from 0 to 1, or, as Pillow takes them, from
   * 0 to 255. Other ranges (light of high dynamic range, heights, temperatures) say nothing about
   * what is black and what is white.
   *
   * @param colours 1 or 3
   * @param zeroIsWhite whether a grey is to be turned round
   */
  static RgbImage ofFloats(Raster raster, int colours, boolean zeroIsWhite, Deadline deadline)
      throws BadImageException {
    int bands = raster.getNumBands();
    double[] row = new double[bands * raster.getWidth()];
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (int y = 0; y < raster.getHeight(); y++) {
      checkEvery64(y, deadline);
      raster.getPixels(0, y, raster.getWidth(), 1, row);
      for (int i = 0; i < row.length; i++) {
        if (i % bands < colours && !Double.isNaN(row[i])) {
          least = Math.min(least, row[i]);
          most = Math.max(most, row[i]);
        }
      }
    }
    boolean toOne = least >= -0.01 && most <= 1.01;
    boolean to255 = least >= -2.55 && most >= 16 && most <= 257.55;
    if (!toOne && !to255) {
      throw BadImageException.unsupported(
          "its floating-point samples go from %.4g to %.4g; 0 to 1 and 0 to 255 are read",
          least, most);
    }
    RgbImage out = RgbImage.blank(raster.getWidth(), raster.getHeight());
    int at = 0;
    for (int y = 0; y < out.height(); y++) {
      checkEvery64(y, deadline);
      raster.getPixels(0, y, out.width(), 1, row);
      for (int from = 0; from < row.length; from += bands) {
        for (int c = 0; c < 3; c++) {
          double sample = row[from + (colours == 1 ? 0 : c)];
          // Pillow cuts what goes to 255; NaN becomes 0.
          int value = (int) (toOne ? sample * 255 + 0.5 : sample);
          int light = Math.max(0, Math.min(255, value));
          out.rgb()[at++] = (byte) (zeroIsWhite ? 255 - light : light);
        }
      }
    }
    return out;
  }

  private static void checkEvery64(int row, Deadline deadline) throws BadImageException {
    if ((row & 63) == 0) {
      deadline.check();
    }
  }
}
