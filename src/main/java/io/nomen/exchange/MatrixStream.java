package io.nomen.exchange;

import io.nomen.NomenException;
import io.nomen.store.StoreTrouble;
import io.nomen.tensor.MatrixReader;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The numbers of a matrix from where they begin in a file; counts in longs, reads in parts. */
final class MatrixStream implements MatrixReader {
  private final DataInputStream in;
  private final String uri;
  private final long rows;
  private final int width;
  private final StoredNumber number;
  private long read;

  /**
   * Reads on from {@code in}, which stands at the first number.
   *
   * @param start where that is in the file
   * @param fileLength of the whole file, which must hold all rows
   */
  MatrixStream(
      DataInputStream in,
      String uri,
      long start,
      long fileLength,
      long rows,
      int width,
      StoredNumber number) {
    this.in = in;
    this.uri = uri;
    this.rows = rows;
    this.width = width;
    this.number = number;
    if (width < 1 || rows > (fileLength - start) / number.bytes() / width) {
      throw wrong(
          "%d rows of %d numbers of %d bytes from byte %d on do not fit into its %d bytes"
              .formatted(rows, width, number.bytes(), start, fileLength));
    }
  }

  @Override
  public long rows() {
    return rows;
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public float[] next(int count) {
    ByteBuffer buffer = bytes(count);
    float[] values = new float[buffer.remaining() / number.bytes()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) number.next(buffer);
    }
    return values;
  }

  /** The next rows as integers. */
  int[] nextInts(int count) {
    ByteBuffer buffer = bytes(count);
    int[] values = new int[buffer.remaining() / number.bytes()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (int) number.next(buffer);
    }
    return values;
  }

  long left() {
    return rows - read;
  }

  @Override
  public void skip(long count) {
    try {
      in.skipNBytes(Math.multiplyExact(Math.min(count, left()), (long) width * number.bytes()));
      read += Math.min(count, left());
    } catch (IOException e) {
      throw cannotRead(e);
    }
  }

  private ByteBuffer bytes(int count) {
    int now = (int) Math.min(count, left());
    byte[] bytes = new byte[Math.multiplyExact(Math.multiplyExact(now, width), number.bytes())];
    try {
      in.readFully(bytes);
    } catch (EOFException e) {
      throw wrong("it ends before row %d of %d".formatted(read + now, rows));
    } catch (IOException e) {
      throw cannotRead(e);
    }
    read += now;
    return ByteBuffer.wrap(bytes).order(number.order());
  }

  private NomenException wrong(String reason) {
    return NomenException.input("Cannot use %s: %s.".formatted(uri, reason));
  }

  private NomenException cannotRead(IOException e) {
    return StoreTrouble.cannot("read", uri, e);
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw cannotRead(e);
    }
  }
}
