package io.nomen.clip;

import io.nomen.NomenException;
import io.nomen.store.Storage;
import io.nomen.tensor.Precision;
import io.nomen.tensor.TorchDevice;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The outcome of {@code nomen model verify}: every tensor read and finite, and both towers run
 * once.
 *
 * @param tensors number of tensors read
 * @param imageNorm length of the embedding of a fixed picture (grey levels rising from corner to
 *     corner)
 * @param textNorm length of the embedding of the empty text; empty without a text tower
 */
public record ModelVerification(
    ClipModel model, int tensors, double imageNorm, OptionalDouble textNorm) {
  /**
   * Reads the whole checkpoint and runs it.
   *
   * @throws NomenException (input) for a number that is not finite, with the tensor's name, or an
   *     embedding that is not
   */
  public static ModelVerification run(
      Storage storage, String location, TorchDevice device, Precision precision) {
    ClipCheckpoint checkpoint = ClipCheckpoint.open(storage, location);
    ClipModel model = checkpoint.model();
    Set<String> tensors = checkpoint.layout().sources();
    tensors.forEach(name -> requireFinite(checkpoint, name));
    ClipEncoder encoder = EncoderCache.encoder(model, storage, device, precision);
    double image = norm(encoder.encodeImages(ramp(model.vision().imageSize()), 1), model);
    OptionalDouble text =
        model.hasText()
            ? OptionalDouble.of(
                norm(encoder.encodeTexts(List.of(checkpoint.tokenizer().encode(""))), model))
            : OptionalDouble.empty();
    return new ModelVerification(model, tensors.size(), image, text);
  }

  private static void requireFinite(ClipCheckpoint checkpoint, String name) {
    float[] values = checkpoint.tensors().read(name);
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw NomenException.input(
            "%s: tensor %s has the value %s at %d; the file is damaged, fetch it again."
                .formatted(checkpoint.model().id(), name, values[i], i));
      }
    }
  }

  private static double norm(float[] embedding, ClipModel model) {
    double sum = 0;
    for (float value : embedding) {
      sum += (double) value * value;
    }
    double norm = Math.sqrt(sum);
    if (!(norm > 0 && norm < Double.POSITIVE_INFINITY)) {
      throw NomenException.input(
          "%s gives an embedding of length %s; its weights are not those of a trained model, or the precision is too low for them (try --precision fp32)."
              .formatted(model.id(), norm));
    }
    return norm;
  }

  private static ByteBuffer ramp(int side) {
    ByteBuffer pixels = ByteBuffer.allocateDirect(side * side * 3);
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        byte grey = (byte) ((x + y) * 255 / (2 * side));
        pixels.put(grey).put(grey).put(grey);
      }
    }
    return pixels.flip();
  }
}
