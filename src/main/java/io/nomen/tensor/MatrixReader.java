package io.nomen.tensor;

import java.io.Closeable;

/** A matrix in a file, read row by row from its beginning; its size is no limit. */
public interface MatrixReader extends Closeable {
  long rows();

  /** Columns; 1 for a vector. */
  int width();

  /**
   * The next rows.
   *
   * @return [min(count, what is left) × width] values, row after row
   */
  float[] next(int count);

  /** Passes over rows without reading them. */
  void skip(long count);

  @Override
  void close();
}
