package io.nomen.image;

import io.nomen.NomenException;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/** The JDK's own readers, whatever else is registered in front of them. */
final class JdkReaders {
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
