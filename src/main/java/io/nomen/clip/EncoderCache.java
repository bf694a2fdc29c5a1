package io.nomen.clip;

import io.nomen.store.Storage;
import io.nomen.tensor.Precision;
import io.nomen.tensor.TorchDevice;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One encoder per JVM, model, device and precision, shared by all tasks of an executor: loading and
 * closing per partition leaks native memory (DJL issue 3693) and reads the weights again each time.
 * The two models that were asked for last keep their weights in memory; others read them again when
 * they are used again.
 */
public final class EncoderCache {
  private record Key(String digest, TorchDevice device, Precision precision) {}

  /** A model and a second one beside it. */
  private static final int MODELS_IN_MEMORY = 2;

  private static final Deque<String> RECENT = new ArrayDeque<>();
  private static final Map<Key, ClipEncoder> ENCODERS = new LinkedHashMap<>();

  private EncoderCache() {}

  /**
   * The encoder of this JVM, loaded by the first caller.
   *
   * @param precision may be {@code AUTO}, which the device resolves
   */
  public static synchronized ClipEncoder encoder(
      ClipModel model, Storage storage, TorchDevice device, Precision precision) {
    Precision resolved = precision.on(device);
    Key key = new Key(model.digest(), device, resolved);
    ClipEncoder encoder = ENCODERS.get(key);
    if (encoder == null) {
      encoder = ClipEncoder.load(ArchiveCache.archives(model, storage, resolved), model, device);
      ENCODERS.put(key, encoder);
    }
    RECENT.remove(model.digest());
    RECENT.addFirst(model.digest());
    while (RECENT.size() > MODELS_IN_MEMORY) {
      String oldest = RECENT.removeLast();
      ENCODERS.forEach(
          (other, held) -> {
            if (other.digest().equals(oldest)) {
              held.release();
            }
          });
    }
    return encoder;
  }

  /**
   * Native memory for the pictures of a forward pass, one piece per thread and used again: the
   * garbage collector sees a few bytes of each piece and frees the megabytes behind it far too
   * late.
   */
  public static final class PixelBuffer {
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
}
