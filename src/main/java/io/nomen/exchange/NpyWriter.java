package io.nomen.exchange;

import io.nomen.RootLocale;
import io.nomen.store.Storage;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes a float32 matrix as NumPy's {@code .npy} (version 1), row by row and of any size. */
public final class NpyWriter implements Closeable {
  private static final int ALIGNMENT = 64;

  private final NumberFile file;

  public NpyWriter(Storage storage, String uri, long rows, int width) {
    this.file = new NumberFile(storage, uri);
    String header =
        RootLocale.format(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", rows, width);
    int unpadded = 10 + header.length() + 1;
    int padding = (ALIGNMENT - unpadded % ALIGNMENT) % ALIGNMENT;
    byte[] text = (header + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
    ByteBuffer start = ByteBuffer.allocate(10 + text.length).order(ByteOrder.LITTLE_ENDIAN);
    start.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    start.put((byte) 1).put((byte) 0).putShort((short) text.length).put(text);
    file.write(start.array());
  }

  /** Adds rows. */
  public void write(float[] values) {
    file.write(values);
  }

  @Override
  public void close() {
    file.close();
  }
}
