package io.nomen.clip;

import java.nio.ByteBuffer;

/**
 * Native memory for the pictures of a forward pass, one piece per thread and used again: the
 * garbage collector sees a few bytes of each piece and frees the megabytes behind it far too late.
 */
public final class PixelBuffer {
  private static final ThreadLocal<ByteBuffer> OF_THREAD =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(0));

  private PixelBuffer() {}

  /**
   * This thread's buffer, empty; what the thread got before is no longer its own.
   *
   * @param bytes how many there is room for
   */
  public static ByteBuffer ofThread(int bytes) {
    if (OF_THREAD.get().capacity() < bytes) {
      OF_THREAD.set(ByteBuffer.allocateDirect(bytes));
    }
    return OF_THREAD.get().clear().limit(bytes);
  }
}
