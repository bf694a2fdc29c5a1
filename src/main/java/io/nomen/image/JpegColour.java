package io.nomen.image;

/** Brings the components of a JPEG to full size and to RGB, as libjpeg and Pillow do. */
final class JpegColour {
  private static final int HALF = 1 << 15;
  private static final int[] CR_TO_RED = new int[256];
  private static final int[] CB_TO_BLUE = new int[256];
  private static final int[] CR_TO_GREEN = new int[256];
  private static final int[] CB_TO_GREEN = new int[256];

  static {
    // JFIF's conversion in 16-bit fixed point, rounded as libjpeg rounds it.
    for (int i = 0; i < 256; i++) {
      int x = i - 128;
      CR_TO_RED[i] = (91881 * x + HALF) >> 16;
      CB_TO_BLUE[i] = (116130 * x + HALF) >> 16;
      CR_TO_GREEN[i] = -46802 * x;
      CB_TO_GREEN[i] = -22554 * x + HALF;
    }
  }

  private JpegColour() {}

  /** The picture at 1/{@code scale} of its size, whose samples the frame holds. */
  static RgbImage toRgb(JpegHeader header, int scale, Deadline deadline) throws BadImageException {
    JpegFrame frame = header.frame();
    int width = JpegFrame.ceilDiv(frame.width, scale);
    int height = JpegFrame.ceilDiv(frame.height, scale);
    int components = frame.components.size();
    RgbImage image = RgbImage.blank(width, height);
    byte[][] rows = new byte[components][];
    int[] from = new int[components];
    JpegUpsampler[] upsamplers = new JpegUpsampler[components];
    for (int i = 0; i < components; i++) {
      upsamplers[i] = new JpegUpsampler(frame, frame.components.get(i), scale, width);
    }
    boolean rgb = header.storedAsRgb();
    boolean ycck = header.storedAsYcck();
    for (int y = 0; y < height; y++) {
      if ((y & 63) == 0) {
        deadline.check();
      }
      for (int i = 0; i < components; i++) {
        rows[i] = upsamplers[i].row(y);
        from[i] = upsamplers[i].offset();
      }
      int at = 3 * width * y;
      if (components == 1) {
        grey(rows[0], from[0], width, image.rgb(), at);
      } else if (components == 4) {
        fourInks(rows, from, width, ycck, image.rgb(), at);
      } else if (rgb) {
        interleave(rows, from, width, image.rgb(), at);
      } else {
        lumaAndChroma(rows, from, width, image.rgb(), at);
      }
    }
    return image;
  }

  private static void grey(byte[] row, int from, int width, byte[] out, int start) {
    int at = start;
    for (int x = 0; x < width; x++) {
      byte value = row[from + x];
      out[at] = value;
      out[at + 1] = value;
      out[at + 2] = value;
      at += 3;
    }
  }

  private static void interleave(byte[][] rows, int[] from, int width, byte[] out, int start) {
    for (int c = 0; c < 3; c++) {
      int at = start + c;
      for (int x = 0; x < width; x++) {
        out[at] = rows[c][from[c] + x];
        at += 3;
      }
    }
  }

  private static void lumaAndChroma(byte[][] rows, int[] from, int width, byte[] out, int start) {
    byte[] luma = rows[0];
    byte[] blue = rows[1];
    byte[] red = rows[2];
    int lumaAt = from[0];
    int blueAt = from[1];
    int redAt = from[2];
    int at = start;
    for (int x = 0; x < width; x++) {
      int y = luma[lumaAt + x] & 0xff;
      int cb = blue[blueAt + x] & 0xff;
      int cr = red[redAt + x] & 0xff;
      out[at] = clamp(y + CR_TO_RED[cr]);
      out[at + 1] = clamp(y + ((CB_TO_GREEN[cb] + CR_TO_GREEN[cr]) >> 16));
      out[at + 2] = clamp(y + CB_TO_BLUE[cb]);
      at += 3;
    }
  }

  /** Four inks, which Adobe's programs and Pillow store and read inverted: 255 is no ink. */
  private static void fourInks(
      byte[][] rows, int[] from, int width, boolean ycck, byte[] out, int start) {
    if (ycck) {
      // Converted as if they were luma and chroma of a colour, these come out as the inks.
      lumaAndChroma(rows, from, width, out, start);
    } else {
      interleave(rows, from, width, out, start);
    }
    int at = start;
    for (int x = 0; x < width; x++) {
      int light = rows[3][from[3] + x] & 0xff;
      for (int c = 0; c < 3; c++) {
        int value = out[at + c] & 0xff;
        out[at + c] = Inks.mix(ycck ? value : 255 - value, light);
      }
      at += 3;
    }
  }

  private static byte clamp(int value) {
    return (byte) Math.max(0, Math.min(255, value));
  }
}
