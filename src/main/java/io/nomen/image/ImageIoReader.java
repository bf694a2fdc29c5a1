package io.nomen.image;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.bmp.BMPImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import io.nomen.NomenException;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/**
 * The first picture of some bytes through a reader of ImageIO: PNG and GIF by the JDK, BMP and TIFF
 * by TwelveMonkeys, WebP by libwebp (TwelveMonkeys' WebP gets the chroma wrong: 0.9973 of cosine on
 * a golden photograph).
 */
final class ImageIoReader implements AutoCloseable {
  private final ImageReader reader;

  ImageIoReader(byte[] bytes, ImageFormat format, Deadline deadline) throws IOException {
    this.reader = create(format);
    reader.setInput(new Deadline.InputStream(bytes, deadline), true, true);
  }

  /** Made directly: a shaded jar or a cluster's class loaders may hide a registered reader. */
  private static ImageReader create(ImageFormat format) throws IOException {
    return switch (format) {
      case PNG -> JdkReaders.create("png");
      case GIF -> JdkReaders.create("gif");
      case BMP -> new BMPImageReaderSpi().createReaderInstance();
      case WEBP -> new WebPImageReaderSpi().createReaderInstance();
      case TIFF -> new TIFFImageReaderSpi().createReaderInstance();
      default -> throw new IllegalArgumentException("ImageIO is not used for " + format);
    };
  }

  /** Pixels per row that reading would take memory for, whatever a file's other headers say. */
  int width() throws IOException {
    return reader.getWidth(0);
  }

  /** Rows that reading would take memory for. */
  int height() throws IOException {
    return reader.getHeight(0);
  }

  BufferedImage image() throws IOException {
    return reader.read(0);
  }

  /** The samples as stored, without any conversion. */
  Raster raster() throws IOException {
    return reader.readRaster(0, null);
  }

  @Override
  public void close() {
    reader.dispose();
  }

  /** The JDK's own readers, whatever else is registered in front of them. */
  static final class JdkReaders {
    private static final Map<String, ImageReaderSpi> PROVIDERS = providers();

    private JdkReaders() {}

    private static Map<String, ImageReaderSpi> providers() {
      Map<String, ImageReaderSpi> found = new TreeMap<>();
      Iterator<ImageReaderSpi> all =
          IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, false);
      while (all.hasNext()) {
        ImageReaderSpi provider = all.next();
        if (provider.getClass().getName().startsWith("com.sun.imageio.")) {
          for (String name : provider.getFormatNames()) {
            found.put(name.toLowerCase(Locale.ROOT), provider);
          }
        }
      }
      return Map.copyOf(found);
    }

    /** A reader of {@code jpeg}, {@code png} or {@code gif}. */
    static ImageReader create(String format) throws IOException {
      ImageReaderSpi provider = PROVIDERS.get(format);
      if (provider == null) {
        throw NomenException.input(
            "This Java runtime reads no %s, only %s; use one with the whole java.desktop module."
                .formatted(format, PROVIDERS.keySet()));
      }
      return provider.createReaderInstance();
    }
  }
}
