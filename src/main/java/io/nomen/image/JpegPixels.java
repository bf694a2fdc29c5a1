package io.nomen.image;

import java.awt.Point;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.util.Locale;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;

/**
 * Decodes JPEG through the JDK's reader, which is libjpeg and gives libjpeg's pixels. It is handed
 * the bare picture, and its warnings are heard: what libjpeg fills up with grey is not a picture.
 */
final class JpegPixels {
  private static final ComponentColorModel RGB =
      new ComponentColorModel(
          ColorSpace.getInstance(ColorSpace.CS_sRGB),
          false,
          false,
          ComponentColorModel.OPAQUE,
          DataBuffer.TYPE_BYTE);

  private JpegPixels() {}

  /**
   * The picture.
   *
   * @param bytes the file that {@code header} was read from
   */
  static RgbImage decode(byte[] bytes, JpegHeader header, Deadline deadline) throws IOException {
    // The shortest code of a block is one bit: so much data must be there before memory is taken.
    if (header.frame().blocks() / 8 > bytes.length) {
      throw BadImageException.truncated(
          "its JPEG data is too short for %d blocks", header.frame().blocks());
    }
    ImageReader reader = ImageIoReader.JdkReaders.create("jpeg");
    JpegWarnings warnings = new JpegWarnings();
    try (Deadline.InputStream in = new Deadline.InputStream(header.withoutMetadata(), deadline)) {
      reader.addIIOReadWarningListener(warnings);
      reader.setInput(in, true, true);
      RgbImage image = pixels(reader, header);
      warnings.refuse(JpegMarkers.ended(bytes));
      return image;
    } finally {
      reader.dispose();
    }
  }

  private static RgbImage pixels(ImageReader reader, JpegHeader header) throws IOException {
    int width = header.frame().width();
    int height = header.frame().height();
    if (header.frame().components() == 3 && !header.storedAsRgb()) {
      RgbImage image = RgbImage.blank(width, height);
      ImageReadParam param = reader.getDefaultReadParam();
      param.setDestination(over(image));
      reader.read(0, param);
      return image;
    }
    Raster raster = reader.readRaster(0, null);
    byte[] samples = ((DataBufferByte) raster.getDataBuffer()).getData();
    return switch (header.frame().components()) {
      case 1 -> grey(samples, width, height);
      case 3 -> new RgbImage(width, height, samples);
      default -> CmykConversion.toRgb(samples, width, height, header.storedAsYcck());
    };
  }

  /** A view of the image's own bytes, so that the reader writes into them. */
  private static BufferedImage over(RgbImage image) {
    WritableRaster raster =
        Raster.createInterleavedRaster(
            new DataBufferByte(image.rgb(), image.rgb().length),
            image.width(),
            image.height(),
            3 * image.width(),
            3,
            new int[] {0, 1, 2},
            new Point(0, 0));
    return new BufferedImage(RGB, raster, false, null);
  }

  private static RgbImage grey(byte[] samples, int width, int height) {
    RgbImage image = RgbImage.blank(width, height);
    byte[] rgb = image.rgb();
    int at = 0;
    for (byte sample : samples) {
      rgb[at] = sample;
      rgb[at + 1] = sample;
      rgb[at + 2] = sample;
      at += 3;
    }
    return image;
  }

  /** Hears what libjpeg says while it goes on with a damaged picture. */
  static final class JpegWarnings implements IIOReadWarningListener {
    private String truncation = "";
    private String damage = "";

    @Override
    public void warningOccurred(ImageReader source, String warning) {
      String text = warning.toLowerCase(Locale.ROOT);
      if (text.contains("premature end of input") || text.contains("premature end of jpeg file")) {
        truncation = warning;
      } else if (text.contains("bad huffman")
          || text.contains("premature end of data segment")
          || text.contains("instead of rst")
          || text.contains("invalid progressive")) {
        damage = warning;
      }
    }

    /**
     * Fails where a part of the picture is made up.
     *
     * @param ended whether the file has an end marker behind its last scan: without one, what looks
     *     like damage is that the file stops
     */
    void refuse(boolean ended) throws BadImageException {
      if (!truncation.isEmpty() || (!damage.isEmpty() && !ended)) {
        throw BadImageException.truncated("it ends before its last JPEG block");
      }
      if (!damage.isEmpty()) {
        throw BadImageException.corrupt("the jpeg reader said: %s", damage);
      }
    }
  }
}
