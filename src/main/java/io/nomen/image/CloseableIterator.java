package io.nomen.image;

import java.util.Iterator;

/** An iterator over something that must be closed, and whose closing does not fail. */
public interface CloseableIterator<T> extends Iterator<T>, AutoCloseable {
  @Override
  void close();
}
