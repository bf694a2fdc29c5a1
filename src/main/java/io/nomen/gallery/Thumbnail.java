package io.nomen.gallery;

import java.awt.Dimension;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Makes the gallery's small pictures. Pixels are always encoded anew: nothing of an original's
 * bytes (metadata, profiles, whatever follows the end marker) reaches a page.
 */
public final class Thumbnail {
  /** Shorter side in pixels. */
  public static final int SIDE = 144;

  /** A panorama is cut to this many times its shorter side. */
  private static final double LONGEST = 2.0;

  private static final float QUALITY = 0.8f;

  private static final ImageTypeSpecifier RGB =
      ImageTypeSpecifier.createInterleaved(
          ColorSpace.getInstance(ColorSpace.CS_sRGB),
          new int[] {0, 1, 2},
          DataBuffer.TYPE_BYTE,
          false,
          false);

  private Thumbnail() {}

  /**
   * A decoded, upright picture as a thumbnail, {@link #SIDE} pixels on its shorter side or less.
   */
  public static byte[] jpeg(BufferedImage picture) {
    int width = picture.getWidth();
    int height = picture.getHeight();
    int shown = Math.min(width, (int) Math.round(height * LONGEST));
    int tall = Math.min(height, (int) Math.round(width * LONGEST));
    double scale = Math.min(1.0, (double) SIDE / Math.min(shown, tall));
    return encode(
        crop(
            picture,
            Math.max(1, (int) Math.round(shown * scale)),
            Math.max(1, (int) Math.round(tall * scale))));
  }

  /** The middle of {@code picture}, filling {@code width × height}, on white where it is clear. */
  static BufferedImage crop(BufferedImage picture, int width, int height) {
    BufferedImage source = picture;
    double scale =
        Math.max((double) width / source.getWidth(), (double) height / source.getHeight());
    // Halving first: one bilinear step over a large factor would skip pixels.
    while (scale < 0.5) {
      source = draw(source, (source.getWidth() + 1) / 2, (source.getHeight() + 1) / 2);
      scale = Math.max((double) width / source.getWidth(), (double) height / source.getHeight());
    }
    // Of a line one pixel high, less than half a pixel is shown.
    int cutWidth = Math.max(1, Math.min(source.getWidth(), (int) Math.round(width / scale)));
    int cutHeight = Math.max(1, Math.min(source.getHeight(), (int) Math.round(height / scale)));
    int x = (source.getWidth() - cutWidth) / 2;
    int y = (source.getHeight() - cutHeight) / 2;
    return draw(source.getSubimage(x, y, cutWidth, cutHeight), width, height);
  }

  private static BufferedImage draw(BufferedImage source, int width, int height) {
    BufferedImage out = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = out.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.setColor(java.awt.Color.WHITE);
    graphics.fillRect(0, 0, width, height);
    graphics.drawImage(source, 0, 0, width, height, null);
    graphics.dispose();
    return out;
  }

  /** A JPEG of a picture of {@link BufferedImage#TYPE_INT_RGB}. */
  static byte[] encode(BufferedImage picture) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(8192);
    ImageWriter writer = ImageIO.getImageWriters(RGB, "jpeg").next();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      ImageWriteParam settings = writer.getDefaultWriteParam();
      settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      settings.setCompressionQuality(QUALITY);
      writer.setOutput(out);
      writer.write(null, new IIOImage(interleaved(picture), null, null), settings);
    } catch (IOException e) {
      throw new UncheckedIOException("a JPEG could not be written to memory", e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** The same pixels byte after byte, which the JPEG writer reads in half the time. */
  private static BufferedImage interleaved(BufferedImage picture) {
    BufferedImage out = RGB.createBufferedImage(picture.getWidth(), picture.getHeight());
    int[] pixels = ((DataBufferInt) picture.getRaster().getDataBuffer()).getData();
    byte[] rgb = ((DataBufferByte) out.getRaster().getDataBuffer()).getData();
    for (int i = 0; i < pixels.length; i++) {
      rgb[3 * i] = (byte) (pixels[i] >> 16);
      rgb[3 * i + 1] = (byte) (pixels[i] >> 8);
      rgb[3 * i + 2] = (byte) pixels[i];
    }
    return out;
  }

  /** The pixels of a JPEG; nothing where the bytes are not one. */
  static Optional<BufferedImage> decode(byte[] jpeg) {
    return read(jpeg, reader -> reader.read(0));
  }

  /** Width and height of a JPEG, from its header; nothing where the bytes are not one. */
  static Optional<Dimension> size(byte[] jpeg) {
    return read(jpeg, reader -> new Dimension(reader.getWidth(0), reader.getHeight(0)));
  }

  private interface Question<T> {
    T ask(ImageReader reader) throws IOException;
  }

  private static <T> Optional<T> read(byte[] jpeg, Question<T> question) {
    ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
    // In memory: ImageIO would otherwise write every thumbnail to a temporary file first.
    try (var in = new MemoryCacheImageInputStream(new ByteArrayInputStream(jpeg))) {
      reader.setInput(in, true, true);
      return Optional.of(question.ask(reader));
    } catch (IOException | RuntimeException e) {
      // ImageIO's readers throw both for bytes that they cannot read.
      return Optional.empty();
    } finally {
      reader.dispose();
    }
  }
}
