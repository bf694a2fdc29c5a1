package io.nomen.image;

import com.twelvemonkeys.imageio.plugins.bmp.BMPImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import javax.imageio.ImageReader;
import javax.imageio.spi.ImageReaderSpi;

/** Decodes BMP, WebP and TIFF through TwelveMonkeys' readers, and brings what they give to RGB. */
final class ImageIoPixels {
  private ImageIoPixels() {}

  /** The first picture in {@code bytes}. */
  static RgbImage decode(byte[] bytes, ImageFormat format, Deadline deadline) throws IOException {
    // Made directly: a shaded jar or a cluster's class loaders may hide a registered reader.
    ImageReader reader = provider(format).createReaderInstance();
    try (DeadlineImageInputStream in = new DeadlineImageInputStream(bytes, deadline)) {
      reader.setInput(in, true, true);
      return toRgb(reader.read(0), deadline);
    } finally {
      reader.dispose();
    }
  }

  private static ImageReaderSpi provider(ImageFormat format) {
    return switch (format) {
      case BMP -> new BMPImageReaderSpi();
      case WEBP -> new WebPImageReaderSpi();
      case TIFF -> new TIFFImageReaderSpi();
      default -> throw new IllegalArgumentException("ImageIO is not used for " + format);
    };
  }

  private static RgbImage toRgb(BufferedImage image, Deadline deadline) throws BadImageException {
    RgbImage out = RgbImage.blank(image.getWidth(), image.getHeight());
    Raster raster = image.getRaster();
    int bands = raster.getNumBands();
    int[] row = new int[bands * image.getWidth()];
    int colours = image.getColorModel().getColorSpace().getType();
    for (int y = 0; y < image.getHeight(); y++) {
      if ((y & 63) == 0) {
        deadline.check();
      }
      int at = 3 * y * image.getWidth();
      if (image.getColorModel() instanceof IndexColorModel palette) {
        raster.getPixels(0, y, image.getWidth(), 1, row);
        indices(row, palette, out.rgb(), at);
      } else if (colours == ColorSpace.TYPE_CMYK) {
        raster.getPixels(0, y, image.getWidth(), 1, row);
        inks(row, bands, shift(image), out.rgb(), at);
      } else if (colours == ColorSpace.TYPE_RGB || colours == ColorSpace.TYPE_GRAY) {
        raster.getPixels(0, y, image.getWidth(), 1, row);
        samples(row, bands, colours == ColorSpace.TYPE_GRAY ? 0 : 1, shift(image), out.rgb(), at);
      } else {
        throw BadImageException.unsupported("its colour space, of type %d, is not read", colours);
      }
    }
    return out;
  }

  /** Wider samples lose their lower bits, as in Pillow; narrower ones are scaled by the reader. */
  private static int shift(BufferedImage image) {
    return Math.max(0, image.getSampleModel().getSampleSize(0) - 8);
  }

  private static void indices(int[] row, IndexColorModel palette, byte[] rgb, int start) {
    int at = start;
    for (int index : row) {
      rgb[at++] = (byte) palette.getRed(index);
      rgb[at++] = (byte) palette.getGreen(index);
      rgb[at++] = (byte) palette.getBlue(index);
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
