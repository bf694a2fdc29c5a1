package io.nomen.image;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.bmp.BMPImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import javax.imageio.ImageReader;

/**
 * Decodes through readers of ImageIO: PNG and GIF by the JDK, BMP and TIFF by TwelveMonkeys, WebP
 * by libwebp (TwelveMonkeys' WebP gets the chroma wrong: 0.9973 of cosine on a golden photograph).
 */
final class ImageIoPixels {
  private ImageIoPixels() {}

  /** The first picture in {@code bytes}. */
  static RgbImage decode(byte[] bytes, ImageFormat format, Deadline deadline) throws IOException {
    return BufferedPixels.toRgb(read(bytes, format, deadline), deadline);
  }

  /** The first picture of a GIF on its canvas. */
  static RgbImage decodeGif(byte[] bytes, Facts canvas, GifHeader header, Deadline deadline)
      throws IOException {
    BufferedImage picture = read(bytes, ImageFormat.GIF, deadline);
    RgbImage part = BufferedPixels.toRgb(picture, deadline);
    if (part.width() == canvas.width() && part.height() == canvas.height()) {
      return part;
    }
    RgbImage whole = RgbImage.blank(canvas.width(), canvas.height());
    if (picture.getColorModel() instanceof IndexColorModel palette
        && header.background() < palette.getMapSize()) {
      int colour = palette.getRGB(header.background());
      for (int i = 0; i < whole.rgb().length; i += 3) {
        whole.rgb()[i] = (byte) (colour >> 16);
        whole.rgb()[i + 1] = (byte) (colour >> 8);
        whole.rgb()[i + 2] = (byte) colour;
      }
    }
    for (int y = 0; y < part.height(); y++) {
      int to = 3 * ((header.top() + y) * whole.width() + header.left());
      System.arraycopy(part.rgb(), 3 * y * part.width(), whole.rgb(), to, 3 * part.width());
    }
    return whole;
  }

  /** The first picture of a TIFF in L*, a* and b*, which TwelveMonkeys would convert with D65. */
  static RgbImage decodeLab(byte[] bytes, Deadline deadline) throws IOException {
    ImageReader reader = reader(ImageFormat.TIFF);
    try (DeadlineImageInputStream in = new DeadlineImageInputStream(bytes, deadline)) {
      reader.setInput(in, true, true);
      return LabColour.toRgb(reader.readRaster(0, null), deadline);
    } finally {
      reader.dispose();
    }
  }

  private static BufferedImage read(byte[] bytes, ImageFormat format, Deadline deadline)
      throws IOException {
    ImageReader reader = reader(format);
    try (DeadlineImageInputStream in = new DeadlineImageInputStream(bytes, deadline)) {
      reader.setInput(in, true, true);
      return reader.read(0);
    } finally {
      reader.dispose();
    }
  }

  /** Made directly: a shaded jar or a cluster's class loaders may hide a registered reader. */
  private static ImageReader reader(ImageFormat format) throws IOException {
    return switch (format) {
      case PNG -> JdkReaders.create("png");
      case GIF -> JdkReaders.create("gif");
      case BMP -> new BMPImageReaderSpi().createReaderInstance();
      case WEBP -> new WebPImageReaderSpi().createReaderInstance();
      case TIFF -> new TIFFImageReaderSpi().createReaderInstance();
      default -> throw new IllegalArgumentException("ImageIO is not used for " + format);
    };
  }
}
