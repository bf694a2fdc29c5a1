package io.nomen.exchange;

import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.store.Storage;
import io.nomen.store.StorageFailure;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes a float32 matrix as NumPy's {@code .npy} (version 1), row by row and of any size. */
public final class NpyWriter implements Closeable {
  private static final int ALIGNMENT = 64;

  private final OutputStream out;
  private final String uri;

  public NpyWriter(Storage storage, String uri, long rows, int width) {
    this.uri = uri;
    this.out = new BufferedOutputStream(storage.create(uri), 1 << 16);
    String header =
        RootLocale.format(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", rows, width);
    int unpadded = 10 + header.length() + 1;
    int padding = (ALIGNMENT - unpadded % ALIGNMENT) % ALIGNMENT;
    byte[] text = (header + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
    ByteBuffer start = ByteBuffer.allocate(10 + text.length).order(ByteOrder.LITTLE_ENDIAN);
    start.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    start.put((byte) 1).put((byte) 0).putShort((short) text.length).put(text);
    write(start.array());
  }

  /** Adds rows. */
  public void write(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    write(bytes.array());
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw cannot(e);
    }
  }

  private void write(byte[] bytes) {
    try {
      out.write(bytes);
    } catch (IOException e) {
      throw cannot(e);
    }
  }

  private NomenException cannot(IOException e) {
    return StorageFailure.cannot("write", uri, e);
  }
}
