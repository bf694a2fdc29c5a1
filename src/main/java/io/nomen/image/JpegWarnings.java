package io.nomen.image;

import java.util.Locale;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;

/** Hears what libjpeg says while it goes on with a damaged picture. */
final class JpegWarnings implements IIOReadWarningListener {
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
