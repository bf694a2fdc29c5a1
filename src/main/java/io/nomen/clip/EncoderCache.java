package io.nomen.clip;

import io.nomen.store.Storage;
import io.nomen.tensor.Precision;
import io.nomen.tensor.TorchDevice;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One encoder per JVM, model, device and precision, shared by all tasks of an executor and kept to
 * the JVM's end: loading and closing per partition leaks native memory (DJL issue 3693) and reads
 * the weights again each time.
 */
public final class EncoderCache {
  private record Key(String digest, TorchDevice device, Precision precision) {}

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
    return ENCODERS.computeIfAbsent(
        new Key(model.digest(), device, resolved),
        key -> ClipEncoder.load(ArchiveCache.archives(model, storage, resolved), model, device));
  }
}
