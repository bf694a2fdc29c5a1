package io.nomen.image;

import java.io.IOException;
import javax.imageio.stream.ImageInputStreamImpl;

/** Bytes in memory for ImageIO's readers, which stop at a next read once time is over. */
final class DeadlineImageInputStream extends ImageInputStreamImpl {
  private static final int READS_PER_CHECK = 1024;

  private final byte[] bytes;
  private final Deadline deadline;
  private int reads;

  DeadlineImageInputStream(byte[] bytes, Deadline deadline) {
    this.bytes = bytes;
    this.deadline = deadline;
  }

  @Override
  public int read() throws IOException {
    check();
    bitOffset = 0;
    return streamPos < bytes.length ? bytes[(int) streamPos++] & 0xff : -1;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    check();
    bitOffset = 0;
    if (length == 0) {
      return 0;
    }
    int there = (int) Math.min(length, bytes.length - streamPos);
    if (there <= 0) {
      return -1;
    }
    System.arraycopy(bytes, (int) streamPos, buffer, offset, there);
    streamPos += there;
    return there;
  }

  @Override
  public long length() {
    return bytes.length;
  }

  private void check() throws IOException {
    if (++reads % READS_PER_CHECK == 0) {
      deadline.check();
    }
  }
}
