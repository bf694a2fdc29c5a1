package io.nomen.exchange;

import io.nomen.NomenException;
import io.nomen.store.Storage;
import io.nomen.store.StoreTrouble;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A file of little-endian numbers behind a header, written from its beginning to its end. */
final class NumberFile implements Closeable {
  private final OutputStream out;
  private final String uri;

  NumberFile(Storage storage, String uri) {
    this.uri = uri;
    this.out = new BufferedOutputStream(storage.create(uri), 1 << 16);
  }

  void write(byte[] bytes) {
    try {
      out.write(bytes);
    } catch (IOException e) {
      throw cannot(e);
    }
  }

  void write(float[] values) {
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

  private NomenException cannot(IOException e) {
    return StoreTrouble.cannot("write", uri, e);
  }
}
