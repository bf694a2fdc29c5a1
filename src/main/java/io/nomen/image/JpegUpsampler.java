package io.nomen.image;

/**
 * Enlarges one component's samples to the picture's size, row by row: by triangle filters where
 * libjpeg does so by default ("fancy upsampling"), otherwise by repetition.
 */
final class JpegUpsampler {
  private final byte[] samples;
  private final int stride;
  private final int width;
  private final int height;
  private final int across;
  private final int down;
  private final byte[] line;
  private final int[] sums;
  private int offset;

  /**
   * Enlarges one component.
   *
   * @param scale the picture is 1/{@code scale} of the frame
   * @param outputWidth pixels per row of the picture
   */
  JpegUpsampler(JpegFrame frame, JpegComponent component, int scale, int outputWidth) {
    this.samples = component.samples;
    this.stride = component.stride();
    this.width = component.width;
    this.height = component.height;
    int fullSide = JpegComponent.BLOCK / scale;
    this.across = frame.maxHorizontal / component.horizontal * fullSide / component.blockSide;
    this.down = frame.maxVertical / component.vertical * fullSide / component.blockSide;
    boolean direct = across == 1 && down == 1;
    this.line = direct ? samples : new byte[Math.max(outputWidth, width * across)];
    this.sums = down == 2 && across == 2 ? new int[width] : new int[0];
  }

  /** The row {@code y} of the picture; it begins at {@link #offset}. */
  byte[] row(int y) {
    int near = Math.min(y / down, height - 1) * stride;
    offset = 0;
    if (across == 1 && down == 1) {
      offset = near;
    } else if (across == 2 && down == 1 && width > 2) {
      twiceAcross(near);
    } else if (down == 2 && across <= 2 && (across == 1 || width > 2)) {
      int other = Math.max(0, Math.min(y / 2 + ((y & 1) == 0 ? -1 : 1), height - 1)) * stride;
      if (across == 1) {
        twiceDown(near, other, (y & 1) == 0 ? 1 : 2);
      } else {
        twiceBoth(near, other);
      }
    } else {
      for (int x = 0; x < width * across; x++) {
        line[x] = samples[near + x / across];
      }
    }
    return line;
  }

  int offset() {
    return offset;
  }

  private void twiceAcross(int at) {
    line[0] = samples[at];
    line[1] = (byte) ((3 * sample(at) + sample(at + 1) + 2) >> 2);
    for (int x = 1; x < width - 1; x++) {
      int three = 3 * sample(at + x);
      line[2 * x] = (byte) ((three + sample(at + x - 1) + 1) >> 2);
      line[2 * x + 1] = (byte) ((three + sample(at + x + 1) + 2) >> 2);
    }
    int last = at + width - 1;
    line[2 * width - 2] = (byte) ((3 * sample(last) + sample(last - 1) + 1) >> 2);
    line[2 * width - 1] = samples[last];
  }

  private void twiceDown(int near, int other, int bias) {
    for (int x = 0; x < width; x++) {
      line[x] = (byte) ((3 * sample(near + x) + sample(other + x) + bias) >> 2);
    }
  }

  private void twiceBoth(int near, int other) {
    for (int x = 0; x < width; x++) {
      sums[x] = 3 * sample(near + x) + sample(other + x);
    }
    line[0] = (byte) ((4 * sums[0] + 8) >> 4);
    line[1] = (byte) ((3 * sums[0] + sums[1] + 7) >> 4);
    for (int x = 1; x < width - 1; x++) {
      int three = 3 * sums[x];
      line[2 * x] = (byte) ((three + sums[x - 1] + 8) >> 4);
      line[2 * x + 1] = (byte) ((three + sums[x + 1] + 7) >> 4);
    }
    int last = width - 1;
    line[2 * last] = (byte) ((3 * sums[last] + sums[last - 1] + 8) >> 4);
    line[2 * last + 1] = (byte) ((4 * sums[last] + 7) >> 4);
  }

  private int sample(int at) {
    return samples[at] & 0xff;
  }
}
