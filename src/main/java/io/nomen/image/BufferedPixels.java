package io.nomen.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;

/**
 * Brings what ImageIO's readers give to RGB from the stored samples, as Pillow's {@code
 * convert("RGB")} does: not through {@code getRGB}, which is slow, converts by profiles and treats
 * grey as linear light.
 */
final class BufferedPixels {
  private BufferedPixels() {}

  static RgbImage toRgb(BufferedImage image, Deadline deadline) throws BadImageException {
    RgbImage out = RgbImage.blank(image.getWidth(), image.getHeight());
    Raster raster = image.getRaster();
    int bands = raster.getNumBands();
    int colours = image.getColorModel().getColorSpace().getType();
    boolean grey = colours == ColorSpace.TYPE_GRAY;
    boolean plain = grey || colours == ColorSpace.TYPE_RGB;
    boolean index = image.getColorModel() instanceof IndexColorModel;
    if (plain && !index && interleaved(raster, grey, out)) {
      return out;
    }
    int[] row = new int[bands * image.getWidth()];
    // Wider samples lose their lower bits, as in Pillow; narrower ones are scaled by the reader.
    int shift = Math.max(0, image.getSampleModel().getSampleSize(0) - 8);
    for (int y = 0; y < image.getHeight(); y++) {
      if ((y & 63) == 0) {
        deadline.check();
      }
      raster.getPixels(0, y, image.getWidth(), 1, row);
      int at = 3 * y * image.getWidth();
      if (index) {
        indices(row, (IndexColorModel) image.getColorModel(), out.rgb(), at);
      } else if (colours == ColorSpace.TYPE_CMYK) {
        inks(row, bands, shift, out.rgb(), at);
      } else if (plain) {
        samples(row, bands, grey ? 0 : 1, shift, out.rgb(), at);
      } else {
        throw BadImageException.unsupported("its colour space, of type %d, is not read", colours);
      }
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

  private static void indices(int[] row, IndexColorModel palette, byte[] rgb, int start) {
    int size = Math.max(palette.getMapSize(), 1 << palette.getPixelSize());
    byte[] reds = new byte[size];
    byte[] greens = new byte[size];
    byte[] blues = new byte[size];
    palette.getReds(reds);
    palette.getGreens(greens);
    palette.getBlues(blues);
    int at = start;
    for (int index : row) {
      rgb[at++] = reds[index];
      rgb[at++] = greens[index];
      rgb[at++] = blues[index];
    }
  }

  private static void samples(int[] row, int bands, int colour, int shift, byte[] rgb, int start) {
    int at = start;
    for (int from = 0; from < row.length; from += bands) {
      rgb[at++] = (byte) (row[from] >> shift);
      rgb[at++] = (byte) (row[from + colour] >> shift);
      rgb[at++] = (byte) (row[from + 2 * colour] >> shift);
    }
  }

  private static void inks(int[] row, int bands, int shift, byte[] rgb, int start) {
    int at = start;
    for (int from = 0; from < row.length; from += bands) {
      int light = 255 - (row[from + 3] >> shift);
      for (int c = 0; c < 3; c++) {
        rgb[at++] = Inks.mix(row[from + c] >> shift, light);
      }
    }
  }
}
